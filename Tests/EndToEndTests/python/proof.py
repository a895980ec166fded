# SPDX-License-Identifier: Apache-2.0
"""What the proofs share: one line a sentence that was proved, the first that does not hold ends the proof."""

import contextlib
import sys

import varlink


def ok(sentence):
    print(f"ok: {sentence}", flush=True)


def require(claim, sentence, found=None):
    """Prints the sentence where the claim holds; otherwise ends the proof with what was found."""
    if not claim:
        sys.exit(f"not so: {sentence}; found: {found!r}")
    ok(sentence)


@contextlib.contextmanager
def refused(error, sentence, **parameters):
    """The block is answered by this Varlink error, with these parameters among its own."""
    try:
        yield
    except varlink.VarlinkError as caught:
        answered = caught.parameters() or {}
        matches = caught.error() == error and parameters.items() <= answered.items()
        require(matches, f"{sentence}: {error}", caught.as_dict())
    else:
        sys.exit(f"not so: {sentence}; there was no error, {error} was expected")
