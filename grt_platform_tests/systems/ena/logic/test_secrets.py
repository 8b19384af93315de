"""Secrets of a machine: made again the same, different for every batch, purpose, attempt and installation."""

import subprocess

from grt_platform.systems.ena.logic.secrets import callback_token, host_key, is_token

KEY = b"an installation's key"


def test_a_token_is_the_same_each_time_and_fits_one_attempt_of_one_batch_alone():
    token = callback_token(KEY, "t562-a", 1)
    assert is_token(token, KEY, "t562-a", 1)
    for key, batch, attempt in ((b"other", "t562-a", 1), (KEY, "t562-b", 1), (KEY, "t562-a", 2), (KEY, "t562-a1", 1)):
        assert not is_token(token, key, batch, attempt)
    for given in ("", token[:-1], token + "0", "é" * 64, "\udcff"):
        assert not is_token(given, KEY, "t562-a", 1)


def test_a_host_key_is_a_pair_that_ssh_accepts(tmp_path):
    private, public = host_key(KEY, "t562-a")
    assert host_key(KEY, "t562-a")[1] == public
    assert host_key(KEY, "t562-b")[1] != public
    (tmp_path / "key").write_text(private)
    (tmp_path / "key").chmod(0o600)
    told = subprocess.run(["ssh-keygen", "-y", "-f", tmp_path / "key"], check=True, capture_output=True, text=True)
    assert told.stdout.split()[:2] == public.split()
