"""Apps are remembered for those who let them in."""

from spote.domain import apps
from tests.moving import let_app_in

OLD = 2 * 86_400_000  # ms


def test_apps_that_nobody_let_in_are_forgotten_after_a_day(write, read, sql, person):
    write(let_app_in, person)
    [(known,)] = sql("SELECT id FROM app_clients")
    draft = apps.ClientDraft(client_name="Stranger", redirect_uris=("https://x.example/cb",))
    strangers = [write(apps.register_client, draft) for _ in range(2)]
    old = [known, strangers[0].id]
    for client_id in old:
        sql(
            "UPDATE app_clients SET used_at = used_at - :old WHERE id = :id RETURNING 1",
            old=OLD,
            id=client_id,
        )
    assert write(apps.sweep_apps) == 1
    assert {one for (one,) in sql("SELECT id FROM app_clients")} == {known, strangers[1].id}


def test_a_document_is_read_anew_after_a_while(write, read, sql):
    url = "https://apps.example/app.json"
    client = apps.AppClient(id=url, name="Far", redirect_uris=("https://apps.example/cb",))
    assert read(apps.find_fresh_client, url) is None
    write(apps.remember_client, client)
    assert read(apps.find_fresh_client, url) == client
    sql("UPDATE app_clients SET used_at = used_at - :old RETURNING 1", old=OLD)
    assert read(apps.find_fresh_client, url) is None
    assert read(apps.find_client, url) == client
