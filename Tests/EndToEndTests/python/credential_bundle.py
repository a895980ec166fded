# SPDX-License-Identifier: Apache-2.0
"""Seals a new P-256 key to an embedded key: HPKE base mode of RFC 9180, written once more on PyPI's cryptography."""

import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEM_SUITE = b"KEM" + (0x0010).to_bytes(2, "big")  # DHKEM(P-256, HKDF-SHA256)
HPKE_SUITE = b"HPKE" + bytes.fromhex("001000010002")  # the same, HKDF-SHA256, AES-256-GCM
BASE_MODE = b"\0"


def seal_new_credential(embedded_public_key_hex):
    """(bundle, public key): the bundle in unpadded base64url, the compressed public key of the credential in it in hex."""
    credential = ec.generate_private_key(ec.SECP256R1())
    scalar = credential.private_numbers().private_value.to_bytes(32, "big")
    return seal(scalar, embedded_public_key_hex), _compressed(credential.public_key()).hex()


def public_key_of(scalar):
    """The compressed public key of a scalar, 32 bytes, in hex; ValueError where it is none."""
    return _compressed(ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1()).public_key()).hex()


def seal(plaintext, embedded_public_key_hex):
    """The bundle of a scalar, 32 bytes, or of what a test puts in its place; in unpadded base64url."""
    embedded = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(embedded_public_key_hex))
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    encapsulated, recipient = _uncompressed(ephemeral.public_key()), _uncompressed(embedded)
    key, nonce = _schedule_keys(ephemeral.exchange(ec.ECDH(), embedded), encapsulated + recipient)
    ciphertext = AESGCM(key).encrypt(nonce, plaintext, encapsulated + recipient)
    return base64.urlsafe_b64encode(_compressed(ephemeral.public_key()) + ciphertext).decode().rstrip("=")


def _schedule_keys(diffie_hellman, kem_context):
    """The key and the base nonce of the one message (RFC 9180, 4.1 and 5.1)."""
    extracted = _extract(KEM_SUITE, b"", b"eae_prk", diffie_hellman)
    shared_secret = _expand(KEM_SUITE, extracted, b"shared_secret", kem_context, 32)
    context = BASE_MODE + _extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
    context += _extract(HPKE_SUITE, b"", b"info_hash", b"turnkey_hpke")
    secret = _extract(HPKE_SUITE, shared_secret, b"secret", b"")
    return _expand(HPKE_SUITE, secret, b"key", context, 32), _expand(HPKE_SUITE, secret, b"base_nonce", context, 12)


def _extract(suite, salt, label, key_material):
    """LabeledExtract of RFC 9180, section 4; no salt is 32 zero bytes (RFC 5869)."""
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key_material, hashlib.sha256)


def _expand(suite, key, label, info, length):
    """LabeledExpand of RFC 9180, section 4, for at most one block."""
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labeled + b"\x01", hashlib.sha256)[:length]


def _uncompressed(key):
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _compressed(key):
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
