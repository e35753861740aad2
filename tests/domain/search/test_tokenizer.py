"""Our tokenizer finds the same pieces as the usual library, in every script and in nonsense."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise

import pytest
from tokenizers import Tokenizer as Reference
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace

from spote.domain.search.embedding.cleaning import clean
from spote.domain.search.embedding.tokenizer import LONGEST_TEXT, Tokenizer
from spote.domain.search.embedding.weights import Vocabulary, Weights, open_weights

Tokens = Callable[[str], list[int]]
SPECIAL = (0, 1, 2, 3, 250_001)  # beginning, filling, end, unknown, mask

SENTENCES = [
    "How do I renew my Swedish passport before the summer trip?",
    "Åsa gick till affären för att köpa kött, ägg och ett halvt kilo smör.",
    "Die Straße ist wegen Bauarbeiten gesperrt; Umleitung über die Brücke!",
    "L’été dernier, nous avons mangé des crêpes à Saint-Malo.",
    "Żółć, gęślą jaźń – pchnąć w tę łódź jeża.",
    "На сегодняшнем совещании обсуждался план бюджета на следующий квартал.",
    "Ο καιρός σήμερα είναι πολύ ζεστός στην Αθήνα.",
    "ناقش اجتماع اليوم خطة الميزانية للربع القادم.",
    "הפגישה היום עסקה בתקציב לרבעון הבא.",
    "आज की बैठक में अगली तिमाही के बजट की योजना पर चर्चा हुई।",
    "আজকের সভায় বাজেট নিয়ে আলোচনা হয়েছে।",
    "இன்றைய கூட்டத்தில் வரவு செலவு திட்டம் விவாதிக்கப்பட்டது.",
    "การประชุมวันนี้ได้หารือเกี่ยวกับแผนงบประมาณสำหรับไตรมาสหน้า",
    "ယနေ့ အစည်းအဝေးတွင် ဘတ်ဂျက်အစီအစဉ်ကို ဆွေးနွေးခဲ့သည်။",
    "កិច្ចប្រជុំថ្ងៃនេះបានពិភាក្សាអំពីផែនការថវិកា។",
    "今天的会议讨论了下个季度的预算计划，以及招聘两名工程师的问题。",
    "今日の会議では、来四半期の予算とカタカナのコンピューターについて話しました。",
    "오늘 회의에서는 다음 분기 예산 계획에 대해 논의했습니다.",
    "დღევანდელ შეხვედრაზე ბიუჯეტი განვიხილეთ.",
    "Այսօրվա ժողովում քննարկվեց բյուջեն։",
    "የዛሬው ስብሰባ ስለ በጀት ነበር።",
    "def f(x): return {k: v[::-1] for k, v in x.items() if k != 'a\\n'}  # 0x1F",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\ncurl -sSf https://example.org/?q=1&r=%20 | sh\n```",
    "<s>struck</s> <pad> <mask> <unk> [CLS] ▁▁ _x_ **bold** ~~gone~~",
    "😀👩‍👩‍👧 🇸🇪 ½ ② ﬁ ㍿ Ａ ｶﾞ ℡ …",
]


@pytest.fixture(scope="module")
def weights() -> Iterator[Weights]:
    with closing(open_weights()) as weights:
        yield weights


@pytest.fixture(scope="module")
def vocabulary(weights: Weights) -> Vocabulary:
    return weights.vocabulary()


@pytest.fixture(scope="module")
def ours(vocabulary: Vocabulary) -> Tokens:
    return Tokenizer(vocabulary, special=SPECIAL, unknown=3).tokens


@pytest.fixture(scope="module")
def pieces(vocabulary: Vocabulary) -> list[str]:
    offsets = vocabulary.offsets.tolist()
    return [vocabulary.blob[start:end].decode() for start, end in pairwise(offsets)]


@pytest.fixture(scope="module")
def theirs(vocabulary: Vocabulary, pieces: list[str]) -> Tokens:
    """Special pieces get names that no text holds, so that `<s>` in a note is no beginning of a text."""
    names = [f"\x00{n}" if n in SPECIAL else piece for n, piece in enumerate(pieces)]
    scores = map(float, vocabulary.scores)
    reference = Reference(Unigram(list(zip(names, scores, strict=True)), 3, byte_fallback=False))
    reference.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme="always", split=False)
    return lambda text: list(reference.encode(text, add_special_tokens=False).ids)


def test_sentences_of_many_scripts(ours: Tokens, theirs: Tokens) -> None:
    for sentence in SENTENCES:
        assert ours(sentence) == theirs(sentence), sentence
        assert ours(f"passage: {clean(sentence)}") == theirs(f"passage: {clean(sentence)}")


def test_random_cuts_of_sentences(ours: Tokens, theirs: Tokens) -> None:
    chance = random.Random(1)
    for _ in range(1500):
        one, other = chance.choices(SENTENCES, k=2)
        text = one[chance.randrange(len(one)) :] + other[: chance.randrange(len(other))]
        assert ours(text) == theirs(text), text


def test_random_pieces_in_a_row(ours: Tokens, theirs: Tokens, pieces: list[str]) -> None:
    chance = random.Random(2)
    for _ in range(1000):
        text = "".join(chance.choices(pieces, k=chance.randint(1, 40)))
        assert ours(text) == theirs(text), text


def test_random_characters_of_every_block(ours: Tokens, theirs: Tokens) -> None:
    chance = random.Random(3)
    for first in range(0, 0x110000, 0x200):
        block = [chr(one) for one in range(first, first + 0x200) if not 0xD800 <= one <= 0xDFFF]
        if block:
            text = "".join(chance.choices(block, k=60))
            assert ours(text) == theirs(text), hex(first)


@pytest.mark.parametrize(
    "text",
    [
        *("a", ".", " ", "▁", "中", "\u0301", "\x00", "\U0010ffff", "ا", "é", "-="),
        *("ab ", " a", "\n\t", "\ue000a", "😀", "\u200d"),
    ],
)
def test_one_text_over_and_over(ours: Tokens, theirs: Tokens, text: str) -> None:
    whole = (text * 5000)[:5000]
    assert ours(whole) == theirs(whole)


def test_the_empty_text(ours: Tokens, theirs: Tokens) -> None:
    assert ours("") == theirs("") == []


def test_special_pieces_in_a_text_are_only_text(ours: Tokens) -> None:
    assert not set(SPECIAL) & set(ours("<s> </s> <pad> <mask> <unk>"))


def test_half_a_character_is_unknown(ours: Tokens) -> None:
    assert 3 in ours("a\ud800b")


def test_of_a_long_text_the_beginning_counts(ours: Tokens) -> None:
    assert ours("word " * 300_000) == ours(("word " * 300_000)[:LONGEST_TEXT])
