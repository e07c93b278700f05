//! What a sealed text and a sealed image look like, and what each is bound to.
//!
//! A text is `sealed.` and base64url of: what it is (one byte), the generation of its key (four), a random nonce (24), the
//! ciphertext. An image is: what it is, the generation, a random prefix of nonces (19), then chunks of 64 KiB, each with its
//! position and whether it is the last in its nonce. Both are XChaCha20-Poly1305, and whatever names their place is
//! authenticated with them.

use aead_stream::{DecryptorBE32, EncryptorBE32};
use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::drawer::DataKey;
use crate::commit::SEALED;

/// What is sealed: part of what is authenticated, and the label under which the key for it is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Snapshot = 1,
    Outbox = 2,
    /// Our own row in the outbox: when it is leased, everything that waited before it is settled.
    Retire = 3,
    Blob = 4,
    /// What lies beside a session and may tell of it.
    Note = 5,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Snapshot,
        Self::Outbox,
        Self::Retire,
        Self::Blob,
        Self::Note,
    ];

    const fn label(self) -> &'static [u8] {
        match self {
            Self::Snapshot => b"kyc snapshot 1",
            Self::Outbox => b"kyc outbox 1",
            Self::Retire => b"kyc retire 1",
            Self::Blob => b"kyc blob 1",
            Self::Note => b"kyc note 1",
        }
    }
}

/// Why something does not open: it is not what was sealed, or not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsound;

/// A sealed text, taken apart.
pub(super) struct SealedText {
    pub(super) kind: Kind,
    pub(super) generation: u32,
    nonce: [u8; 24],
    ciphertext: Vec<u8>,
}

/// Whether this text says of itself that it is sealed.
pub(super) fn is_sealed(text: &str) -> bool {
    text.starts_with(SEALED)
}

pub(super) fn seal_text(
    kind: Kind,
    generation: u32,
    key: &DataKey,
    place: &[&[u8]],
    text: &str,
) -> String {
    let nonce: [u8; 24] = random();
    let bound = bound(kind, generation, place);
    let ciphertext = encrypt(&subkey(key, kind.label()), &nonce, &bound, text.as_bytes());
    let bytes = [
        &[kind as u8][..],
        &generation.to_be_bytes(),
        &nonce,
        &ciphertext,
    ]
    .concat();
    format!("{SEALED}{}", Base64UrlUnpadded::encode_string(&bytes))
}

impl SealedText {
    pub(super) fn parse(text: &str) -> Result<Self, Unsound> {
        let text = text.strip_prefix(SEALED).ok_or(Unsound)?;
        let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| Unsound)?;
        let (kind, generation, rest) = header(&bytes).ok_or(Unsound)?;
        let (nonce, ciphertext) = rest.split_first_chunk().ok_or(Unsound)?;
        Ok(Self {
            kind,
            generation,
            nonce: *nonce,
            ciphertext: ciphertext.into(),
        })
    }

    pub(super) fn open(&self, key: &DataKey, place: &[&[u8]]) -> Result<String, Unsound> {
        let bound = bound(self.kind, self.generation, place);
        let key = subkey(key, self.kind.label());
        let text = decrypt(&key, &self.nonce, &bound, &self.ciphertext)?;
        String::from_utf8(text).map_err(|_| Unsound)
    }
}

/// How much of an image is sealed at once.
const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

pub(super) fn seal_blob(generation: u32, key: &DataKey, place: &[&[u8]], bytes: &[u8]) -> Vec<u8> {
    let prefix: [u8; 19] = random();
    let bound = bound(Kind::Blob, generation, place);
    let key = subkey(key, Kind::Blob.label());
    let mut stream = EncryptorBE32::<XChaCha20Poly1305>::new((&*key).into(), &prefix.into());
    let chunks = bytes.len().div_ceil(CHUNK).max(1);
    let mut sealed = Vec::with_capacity(bytes.len() + chunks * TAG + 24);
    sealed.push(Kind::Blob as u8);
    sealed.extend(generation.to_be_bytes());
    sealed.extend(prefix);
    let (before, last) = bytes.split_at((chunks - 1) * CHUNK);
    for chunk in before.chunks(CHUNK) {
        let payload = Payload {
            msg: chunk,
            aad: &bound,
        };
        sealed.extend(sound(stream.encrypt_next(payload)));
    }
    let payload = Payload {
        msg: last,
        aad: &bound,
    };
    sealed.extend(sound(stream.encrypt_last(payload)));
    sealed
}

pub(super) fn open_blob(
    generation: u32,
    key: &DataKey,
    place: &[&[u8]],
    sealed: &[u8],
) -> Result<Vec<u8>, Unsound> {
    let (kind, rest) = match header(sealed) {
        Some((Kind::Blob, found, rest)) if found == generation => (Kind::Blob, rest),
        _ => return Err(Unsound),
    };
    let (prefix, rest) = rest.split_first_chunk::<19>().ok_or(Unsound)?;
    let bound = bound(kind, generation, place);
    let key = subkey(key, kind.label());
    let mut stream = DecryptorBE32::<XChaCha20Poly1305>::new((&*key).into(), &(*prefix).into());
    let chunks = rest.len().div_ceil(CHUNK + TAG).max(1);
    let (before, last) = rest.split_at((chunks - 1) * (CHUNK + TAG));
    let mut bytes = Vec::with_capacity(rest.len());
    for chunk in before.chunks(CHUNK + TAG) {
        let payload = Payload {
            msg: chunk,
            aad: &bound,
        };
        bytes.extend(stream.decrypt_next(payload).map_err(|_| Unsound)?);
    }
    let payload = Payload {
        msg: last,
        aad: &bound,
    };
    bytes.extend(stream.decrypt_last(payload).map_err(|_| Unsound)?);
    Ok(bytes)
}

/// Encrypts under a key that is used for this purpose only.
pub(super) fn encrypt(key: &[u8; 32], nonce: &[u8; 24], bound: &[u8], clear: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let payload = Payload {
        msg: clear,
        aad: bound,
    };
    sound(cipher.encrypt(&XNonce::from(*nonce), payload))
}

pub(super) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; 24],
    bound: &[u8],
    ciphertext: &[u8],
) -> Result<Vec<u8>, Unsound> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let payload = Payload {
        msg: ciphertext,
        aad: bound,
    };
    cipher
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| Unsound)
}

/// The key for one purpose; whoever has it has no other.
pub(super) fn derive(key: &[u8; 32], label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut derived = Zeroizing::new([0; 32]);
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8,160 bytes")]
    Hkdf::<Sha256>::new(None, key)
        .expand(label, derived.as_mut())
        .expect("32 bytes");
    derived
}

pub(super) fn subkey(key: &DataKey, label: &[u8]) -> Zeroizing<[u8; 32]> {
    derive(key.bytes(), label)
}

/// Fields with their length in front, so that no two places spell the same bytes.
pub(super) fn spelled(fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in fields {
        bytes.extend((field.len() as u64).to_be_bytes());
        bytes.extend(*field);
    }
    bytes
}

/// Bytes that nobody can guess.
pub(super) fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    #[expect(
        clippy::expect_used,
        reason = "without randomness nothing can be sealed, and nothing may be kept unsealed"
    )]
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

fn bound(kind: Kind, generation: u32, place: &[&[u8]]) -> Vec<u8> {
    let head: [&[u8]; 2] = [&[kind as u8], &generation.to_be_bytes()];
    [spelled(&head), spelled(place)].concat()
}

fn header(bytes: &[u8]) -> Option<(Kind, u32, &[u8])> {
    let (&[kind], rest) = bytes.split_first_chunk()?;
    let (generation, rest) = rest.split_first_chunk()?;
    let kind = Kind::ALL.into_iter().find(|known| *known as u8 == kind)?;
    Some((kind, u32::from_be_bytes(*generation), rest))
}

/// Sealing fails only over 256 GiB at once, and over four thousand million chunks.
fn sound(sealed: chacha20poly1305::aead::Result<Vec<u8>>) -> Vec<u8> {
    match sealed {
        Ok(sealed) => sealed,
        Err(error) => unreachable!("no text and no image is that long: {error}"),
    }
}
