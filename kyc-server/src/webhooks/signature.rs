//! How a webhook is signed: over the bytes that are sent, with a secret that only the two ends have.

use std::fmt;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A secret that webhooks are signed with.
#[derive(Clone)]
pub(super) struct SigningKey(Vec<u8>);

impl SigningKey {
    /// A secret as the Standard Webhooks specification writes it: `whsec_` and 24 to 64 bytes in Base64.
    pub(super) fn standard(text: &str) -> Option<Self> {
        let bytes = Base64::decode_vec(text.trim().strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// A secret of the other vocabulary: any text that is long enough.
    pub(super) fn plain(text: &str) -> Option<Self> {
        let text = text.trim();
        let sound =
            (24..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self(text.as_bytes().into()))
    }

    /// The value of `Idenfy-Signature`: the code of the body alone, in lower-case hexadecimal digits.
    pub(super) fn sign_plainly(&self, body: &[u8]) -> String {
        kyc_core::journal::Hash::from_bytes(self.code(&[body])).to_string()
    }

    /// The value of `webhook-signature`: one signature a key, the newest first.
    pub(super) fn sign(keys: &[Self], id: &str, timestamp: u64, body: &[u8]) -> String {
        let head = format!("{id}.{timestamp}.");
        let signatures = keys.iter().map(|key| {
            let code = key.code(&[head.as_bytes(), body]);
            format!("v1,{}", Base64::encode_string(&code))
        });
        signatures.collect::<Vec<_>>().join(" ")
    }

    fn code(&self, parts: &[&[u8]]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_signed_alike() {
        let key = SigningKey::standard("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = SigningKey::sign(
            std::slice::from_ref(&key),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let both = SigningKey::sign(&[key.clone(), key], "a", 1, b"");
        assert_eq!(both.matches("v1,").count(), 2);
    }

    #[test]
    fn a_secret_has_its_prefix_and_enough_bytes_and_is_never_shown() {
        let of = |bytes: usize| format!("whsec_{}", Base64::encode_string(&vec![7; bytes]));
        for wrong in [
            "",
            "whsec_",
            "hunter2",
            &of(23),
            &of(65),
            &of(32)[6..],
            "whsec_?",
        ] {
            assert!(SigningKey::standard(wrong).is_none(), "{wrong}");
        }
        let key = SigningKey::standard(&format!("{}\n", of(32))).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
    }
}
