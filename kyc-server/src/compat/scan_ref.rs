//! What a session is called in their words: the same 32 digits, with hyphens.

use kyc_core::SessionId;

/// Our session under the name that they keep: the same 32 digits, with hyphens.
pub(super) fn scan_ref(session: &SessionId) -> String {
    let id = session.as_str();
    match uuid::Uuid::try_parse(id) {
        Ok(uuid) if id.len() == 32 => uuid.hyphenated().to_string(),
        _ => id.to_owned(),
    }
}

/// Back to our session: in the one form in which it was handed out.
pub(super) fn session_of(scan_ref: &str) -> Option<SessionId> {
    let uuid = uuid::Uuid::try_parse(scan_ref).ok()?;
    let handed_out = uuid.hyphenated().to_string();
    (handed_out == scan_ref)
        .then(|| uuid.simple().to_string().parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "6a31253ee10a11ebcc9502cb49d118ed";

    #[test]
    fn a_scan_ref_is_taken_in_the_form_in_which_it_was_handed_out_and_in_no_other() {
        let session: SessionId = SESSION.parse().unwrap();
        let told = scan_ref(&session);
        assert_eq!(session_of(&told), Some(session));
        for other in [
            SESSION,
            "",
            "x",
            &told.to_uppercase(),
            &format!("{{{told}}}"),
        ] {
            assert_eq!(session_of(other), None, "{other}");
        }
    }
}
