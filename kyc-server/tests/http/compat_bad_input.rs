//! What the compatible surface refuses: each with its status and identifier, and nothing has changed. In `compat` are credentials
//! that open nothing, the one active session of a client, and a way to hand in that the settings of a token forbid the page.

use base64ct::{Base64, Encoding};
use reqwest::Method;
use serde_json::{Value, json};

use crate::additional_steps::sessions;
use crate::compat::{
    ROUTES, UPLOAD, ask, finished, image, send, status_of, told, world, world_taking_pdfs,
};
use crate::harness::{API_KEY, drawn, photo};
use crate::pdf::files::{
    acting, bomb, encrypted, endless, looping, saying, tireless, without_pages,
};
use crate::results::{results, results_when};

#[tokio::test]
async fn a_token_that_asks_for_what_there_is_not_is_refused_and_opens_nothing() {
    let world = world().await;
    let steps = |steps: Value| json!({ "clientId": "1", "additionalSteps": steps });
    let bill = |change: Value| steps(json!({ "ALL": { "ALL": { "UTILITY_BILL": change } } }));
    let with = |member: &str, value: Value| json!({ "clientId": "1", member: value });
    let settings = |value: Value| bill(json!({ "settings": { "canUpload": value } }));
    let data = |value: Value| with("additionalData", value);
    let everywhere = kyc_core::Country::all().map(|country| {
        let row = json!({ "PASSPORT": [], "ID_CARD": [] });
        (country.to_string(), row)
    });
    let everywhere: Value = everywhere.collect::<serde_json::Map<_, _>>().into();
    let none = json!({ "canUpload": false, "canCapture": false, "canUploadPDF": false });
    for (body, status, identifier) in [
        (json!({}), 400, "MISSING_VALUE"),
        (json!({ "clientId": null }), 400, "MISSING_VALUE"),
        (json!({ "clientId": "" }), 400, "MISSING_VALUE"),
        (json!({ "clientId": 1 }), 400, "BAD_VALUE"),
        (json!({ "clientId": "x".repeat(101) }), 400, "BAD_VALUE"),
        (json!([]), 400, "JSON_ERROR"),
        (with("externalRef", json!("x".repeat(41))), 400, "BAD_VALUE"),
        (with("locale", json!("xx")), 400, "BAD_VALUE"),
        (with("country", json!("XX")), 400, "BAD_VALUE"),
        (with("country", json!("LT")), 400, "BAD_VALUE"),
        (with("documents", json!(["CAT"])), 400, "BAD_VALUE"),
        (with("documents", json!(["PASSPORT"])), 400, "BAD_VALUE"),
        (with("expiryTime", json!(-1)), 400, "BAD_VALUE"),
        (with("expiryTime", json!(2_592_001)), 400, "BAD_VALUE"),
        (with("sessionLength", json!(59)), 400, "BAD_VALUE"),
        (with("firstName", json!("Erika")), 400, "BAD_VALUE"),
        (with("callbackUrl", json!("https://a.b")), 400, "BAD_VALUE"),
        (with("unheardOf", json!(1)), 400, "BAD_VALUE"),
        (
            with("dummyStatus", json!("APPROVED")),
            403,
            "PERMISSIONS_ERROR",
        ),
        (steps(json!("UTILITY_BILL")), 400, "BAD_VALUE"),
        (steps(everywhere), 400, "BAD_VALUE"),
        (steps(json!({ "XX": { "ALL": {} } })), 400, "BAD_VALUE"),
        (steps(json!({ "all": { "ALL": {} } })), 400, "BAD_VALUE"),
        (steps(json!({ "ALL": { "CAT": {} } })), 400, "BAD_VALUE"),
        (
            steps(json!({ "ALL": { "ALL": ["OTHER"] } })),
            400,
            "BAD_VALUE",
        ),
        (
            steps(json!({ "ALL": { "ALL": { "OTHER": {} } } })),
            400,
            "BAD_VALUE",
        ),
        (steps(json!({ "ALL": { "ALL": [7] } })), 400, "BAD_VALUE"),
        (bill(json!({ "type": "SCAN" })), 400, "BAD_VALUE"),
        (
            steps(json!({ "ALL": { "ALL": { "ADDITIONAL_PHOTO": { "type": "UPLOAD" } } } })),
            403,
            "PERMISSIONS_ERROR",
        ),
        (settings(json!("yes")), 400, "BAD_VALUE"),
        (settings(json!(1)), 400, "BAD_VALUE"),
        (settings(json!(null)), 400, "BAD_VALUE"),
        (
            bill(json!({ "settings": { "canSing": true } })),
            400,
            "BAD_VALUE",
        ),
        (bill(json!({ "settings": none })), 403, "PERMISSIONS_ERROR"),
        (bill(json!({ "fields": ["age"] })), 400, "BAD_VALUE"),
        (bill(json!({ "fields": "address" })), 400, "BAD_VALUE"),
        (
            bill(json!({ "texts": { "xx": { "name": "a", "description": "b" } } })),
            400,
            "BAD_VALUE",
        ),
        (
            bill(json!({ "texts": { "de": { "name": "a" } } })),
            400,
            "MISSING_VALUE",
        ),
        (bill(json!({ "colour": "red" })), 400, "BAD_VALUE"),
        (
            data(json!({ "OTHER": { "address": "A" } })),
            400,
            "BAD_VALUE",
        ),
        (
            data(json!({ "UTILITY_BILL": { "age": "7" } })),
            400,
            "BAD_VALUE",
        ),
        (
            data(json!({ "UTILITY_BILL": { "address": 7 } })),
            400,
            "BAD_VALUE",
        ),
        (data(json!("A")), 400, "BAD_VALUE"),
        (
            data(json!({ "UTILITY_BILL": { "address": "x".repeat(1001) } })),
            400,
            "BAD_VALUE",
        ),
        (
            with("clientId", json!("x".repeat(70_000))),
            413,
            "VALIDATION_ERROR",
        ),
    ] {
        let answer = send(&world, "token", body.to_string()).await;
        let found = status_of(answer).await;
        assert_eq!(found, (status, identifier.to_owned()), "{body:.200}");
    }
    for body in ["", "{", "null", "{\"clientId\": \"1\",}"] {
        let answer = send(&world, "token", body.into()).await;
        assert_eq!(status_of(answer).await, (400, "JSON_ERROR".into()));
    }
    let asked = ask(&world, "token").basic_auth("key", Some("secret"));
    let answer = asked.body("{\"clientId\": \"1\"}").send().await.unwrap();
    assert_eq!(status_of(answer).await, (400, "JSON_ERROR".into()));
    assert_eq!(sessions(&world).await, 0);
}

#[tokio::test]
async fn a_wrong_method_or_path_is_told_in_the_envelope_too() {
    let world = world().await;
    for route in ROUTES {
        let asked = world.ask(Method::GET, &format!("/api/v2/{route}"));
        let answer = asked.send().await.unwrap();
        assert_eq!(status_of(answer).await, (405, "METHOD_NOT_ALLOWED".into()));
    }
    let answer = send(&world, "other", "{}".into()).await;
    assert_eq!(status_of(answer).await, (404, "BAD_VALUE".into()));
}

#[tokio::test]
async fn an_upload_that_cannot_be_taken_is_refused_and_changes_nothing() {
    let world = world().await;
    let (erika, scan_ref) = finished(&world, "1").await;
    results_when(&erika, |found| found["phase"] == "in_review").await;
    let running = told(&world, "token", &json!({ "clientId": "2" })).await;
    let running = running["scanRef"].as_str().unwrap();
    let mut ended = Vec::new();
    for (client, ends) in [("3", &["cancel"][..]), ("4", &["cancel", "erase"])] {
        let opened = told(&world, "token", &json!({ "clientId": client })).await;
        let scan_ref = opened["scanRef"].as_str().unwrap().to_owned();
        let path = format!("/integrator/v1/sessions/{}", scan_ref.replace('-', ""));
        for end in ends {
            let asked = match *end {
                "cancel" => world.post(&format!("{path}/cancel")),
                _ => world.ask(Method::DELETE, &path),
            };
            let asked = asked.bearer_auth(API_KEY).header("idempotency-key", "e");
            assert!(asked.send().await.unwrap().status().is_success());
        }
        ended.push(scan_ref);
    }
    let (cancelled, erased) = (&ended[0], &ended[1]);
    let before = results(&world, &erika.session).await;
    let body = |change: &[(&str, Value)]| {
        let mut body = json!({ "scanRef": scan_ref, "image": image(9), "step": "UTILITY_BILL" });
        for (member, value) in change {
            body[*member] = value.clone();
        }
        body
    };
    let bytes = |bytes: &[u8]| body(&[("image", json!(Base64::encode_string(bytes)))]);
    let tiny = drawn(20, 20, 1, image::ImageFormat::Png);
    let unknown = "3f2d0e6a-0a37-11ec-a45b-025ad99a18e7";
    for (body, status, identifier) in [
        (
            body(&[("image", json!("{{Base64 image}}"))]),
            400,
            "ENCODING_ERROR",
        ),
        (body(&[("image", json!("AAA"))]), 400, "ENCODING_ERROR"),
        (body(&[("image", json!("===="))]), 400, "ENCODING_ERROR"),
        (
            body(&[("image", json!("data:image/jpeg;base64,AAAA"))]),
            400,
            "ENCODING_ERROR",
        ),
        (body(&[("image", json!(""))]), 400, "MISSING_VALUE"),
        (body(&[("image", json!(null))]), 400, "MISSING_VALUE"),
        (body(&[("image", json!(7))]), 400, "BAD_VALUE"),
        (bytes(b"no image"), 400, "VALIDATION_ERROR"),
        (bytes(&photo(9)[..900]), 400, "VALIDATION_ERROR"),
        (bytes(&tiny), 400, "VALIDATION_ERROR"),
        (bytes(&vec![7; 40_001]), 413, "VALIDATION_ERROR"),
        (bytes(&vec![7; 400_000]), 413, "VALIDATION_ERROR"),
        (bytes(b"%PDF-1.7\n"), 403, "PERMISSIONS_ERROR"),
        (body(&[("scanRef", json!(unknown))]), 404, "TOKEN_NOT_VALID"),
        (
            body(&[("scanRef", json!(erika.session))]),
            404,
            "TOKEN_NOT_VALID",
        ),
        (body(&[("scanRef", json!(null))]), 400, "MISSING_VALUE"),
        (body(&[("scanRef", json!(running))]), 409, "PARTNER_ERROR"),
        (body(&[("scanRef", json!(cancelled))]), 409, "PARTNER_ERROR"),
        (body(&[("scanRef", json!(erased))]), 404, "TOKEN_NOT_VALID"),
        (body(&[("step", json!("OTHER"))]), 400, "BAD_VALUE"),
        (body(&[("step", json!("no step"))]), 400, "BAD_VALUE"),
        (body(&[("step", json!(null))]), 400, "MISSING_VALUE"),
        (body(&[("additionalData", json!("A"))]), 400, "BAD_VALUE"),
        (
            body(&[("additionalData", json!({ "UTILITY_BILL": { "age": "7" } }))]),
            400,
            "BAD_VALUE",
        ),
        (
            body(&[(
                "additionalData",
                json!({ "ADDITIONAL_PHOTO": { "number": "7" } }),
            )]),
            400,
            "BAD_VALUE",
        ),
        (body(&[("unheardOf", json!(1))]), 400, "BAD_VALUE"),
    ] {
        let answer = send(&world, UPLOAD, body.to_string()).await;
        let found = status_of(answer).await;
        assert_eq!(found, (status, identifier.to_owned()), "{body:.200}");
    }
    assert_eq!(results(&world, &erika.session).await, before);
    // Of what was refused nothing is left: a passport, a face and two steps.
    let named = erika.session.parse().unwrap();
    assert_eq!(world.blobs.count(&named).await.unwrap(), 4);
}

#[tokio::test]
async fn a_pdf_that_cannot_be_shown_is_refused_in_the_envelope_and_leaves_nothing() {
    let world = world_taking_pdfs().await;
    let (erika, scan_ref) = finished(&world, "1").await;
    results_when(&erika, |found| found["phase"] == "in_review").await;
    let before = results(&world, &erika.session).await;
    let mut cut = saying(&["Stadtwerke"]);
    cut.truncate(cut.len() - 40);
    for (what, bytes, status) in [
        ("a password", encrypted(false), 400),
        ("cut off", cut, 400),
        ("no page", without_pages(), 400),
        ("a loop", looping(), 400),
        ("five thousand pages", endless(5_000), 413),
        ("a gigabyte", bomb(), 400),
        ("never ready", tireless(), 400),
    ] {
        let body = json!({ "scanRef": scan_ref, "step": "UTILITY_BILL", "image": Base64::encode_string(&bytes) });
        let answer = send(&world, UPLOAD, body.to_string()).await;
        let found = status_of(answer).await;
        assert_eq!(found, (status, "VALIDATION_ERROR".into()), "{what}");
    }
    assert_eq!(results(&world, &erika.session).await, before);
    let named = erika.session.parse().unwrap();
    assert_eq!(world.blobs.count(&named).await.unwrap(), 4);
    // What acts in a PDF comes to nothing: it is taken, and its page is a picture.
    let acting = Base64::encode_string(&acting());
    let body = json!({ "scanRef": scan_ref, "step": "UTILITY_BILL", "image": acting });
    told(&world, UPLOAD, &body).await;
}
