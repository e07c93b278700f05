//! What was handed in, as its company looks at it: in our words and in the others, and as nobody else does.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::additional_steps::{capture, open, to_the_steps};
use crate::compat::{UPLOAD, finished, image, status_of, told, world};
use crate::harness::{API_KEY, World, digest, photo, problem};
use crate::pdf::files::saying;
use crate::results::results_when;

fn ask(world: &World, url: &str) -> RequestBuilder {
    let path = url.strip_prefix(&format!("http://{}", world.address));
    world.get(path.unwrap())
}

async fn show(world: &World, url: &Value) -> Response {
    let asked = ask(world, url.as_str().unwrap());
    let asked = asked.basic_auth("key", Some("secret"));
    asked.send().await.unwrap()
}

async fn urls(world: &World, scan_ref: &str) -> Value {
    told(world, "data", &json!({ "scanRef": scan_ref })).await["fileUrls"].take()
}

/// The files as our own interface lists them.
async fn files(world: &World, session: &str) -> Vec<(String, String)> {
    let asked = world.get(&format!("/integrator/v1/sessions/{session}/files"));
    let listed: Value = asked
        .bearer_auth(API_KEY)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let files = listed["files"].as_array().unwrap().iter();
    files
        .map(|file| (text(&file["item"]), text(&file["blob"])))
        .collect()
}

#[tokio::test]
async fn what_counts_is_shown_to_who_has_key_and_secret_and_to_nobody_else() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let (erika, scan_ref) = finished(&world, "1").await;
    results_when(&erika, |found| found["phase"] == "in_review").await;
    let urls = urls(&world, &scan_ref).await;
    let names: Vec<_> = urls.as_object().unwrap().keys().collect();
    let mut expected = ["FRONT", "FACE", "UTILITY_BILL", "ADDITIONAL_PHOTO"];
    expected.sort_unstable();
    assert_eq!(names, expected);
    for url in urls.as_object().unwrap().values() {
        let answer = show(&world, url).await;
        assert_eq!(answer.status(), 200);
        let headers = answer.headers().clone();
        assert_eq!(headers["content-type"], "image/jpeg");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["kyc-pages"], "1");
        assert!(answer.bytes().await.unwrap().starts_with(&[0xff, 0xd8]));

        let url = url.as_str().unwrap();
        for request in [
            ask(&world, url),
            ask(&world, url).basic_auth("key", Some("other")),
            ask(&world, url).bearer_auth(API_KEY),
            ask(&world, url).bearer_auth(&erika.token),
            ask(&world, url).header("cookie", &ada.cookie),
        ] {
            let answer = request.send().await.unwrap();
            assert_eq!(status_of(answer).await, (401, "UNAUTHORIZED".into()));
        }
    }
    let path = format!("/integrator/v1/sessions/{}/files", erika.session);
    let digest = files(&world, &erika.session).await.remove(0).1;
    for path in [path.clone(), format!("{path}/{digest}")] {
        for request in [
            world.get(&path),
            world.get(&path).basic_auth("key", Some("secret")),
            world.get(&path).bearer_auth(&erika.token),
            world.get(&path).header("cookie", &ada.cookie),
        ] {
            problem(request.send().await.unwrap(), 401, "unauthorized").await;
        }
    }
}

#[tokio::test]
async fn an_address_leads_to_what_counts_of_its_own_session_until_the_person_is_erased() {
    let world = world().await;
    let (erika, scan_ref) = finished(&world, "1").await;
    results_when(&erika, |found| found["phase"] == "in_review").await;
    let (max, of_max) = finished(&world, "2").await;
    results_when(&max, |found| found["phase"] == "in_review").await;
    let before = urls(&world, &scan_ref).await;

    // Of another session, or never handed in, or of nobody: as good as nothing.
    let upload = json!({ "scanRef": of_max, "image": image(9), "step": "UTILITY_BILL" });
    told(&world, UPLOAD, &upload).await;
    let at = |scan_ref: &str, digest: &str| {
        Value::from(format!(
            "http://{}/api/v2/files/{scan_ref}/{digest}",
            world.address
        ))
    };
    let new = digest(&photo(9));
    assert_eq!(show(&world, &at(&of_max, &new)).await.status(), 200);
    for (url, identifier) in [
        (at(&scan_ref, &new), "BAD_VALUE"),
        (at(&scan_ref, "../etc"), "BAD_VALUE"),
        (at(&scan_ref, &"ab".repeat(32)), "BAD_VALUE"),
        (at(&erika.session, &new), "TOKEN_NOT_VALID"),
        (
            at("3f2d0e6a-0a37-11ec-a45b-025ad99a18e7", &new),
            "BAD_VALUE",
        ),
    ] {
        let answer = show(&world, &url).await;
        assert_eq!(status_of(answer).await, (404, identifier.into()), "{url}");
    }
    // What was superseded is for the auditor.
    let upload = json!({ "scanRef": scan_ref, "image": image(9), "step": "UTILITY_BILL" });
    told(&world, UPLOAD, &upload).await;
    let after = urls(&world, &scan_ref).await;
    assert_eq!(after["UTILITY_BILL"], at(&scan_ref, &new));
    assert_eq!(after["FRONT"], before["FRONT"]);
    assert_eq!(show(&world, &after["UTILITY_BILL"]).await.status(), 200);
    let answer = show(&world, &before["UTILITY_BILL"]).await;
    assert_eq!(status_of(answer).await, (404, "BAD_VALUE".into()));

    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let erase = world.ask(Method::DELETE, &path).bearer_auth(API_KEY);
    assert!(erase.send().await.unwrap().status().is_success());
    for url in after.as_object().unwrap().values() {
        let answer = show(&world, url).await;
        assert_eq!(status_of(answer).await, (404, "BAD_VALUE".into()));
    }
    assert_eq!(files(&world, &erika.session).await, []);
}

#[tokio::test]
async fn what_was_not_handed_in_is_the_applicants() {
    let world = world().await;
    let opened = told(&world, "token", &json!({ "clientId": "1" })).await;
    let link = format!("/apply/#code={}", opened["authToken"].as_str().unwrap());
    let erika = world.applicant_by(&link).await;
    to_the_steps(&erika).await;
    let scan_ref = opened["scanRef"].as_str().unwrap();
    assert_eq!(urls(&world, scan_ref).await, json!({}));
    assert_eq!(files(&world, &erika.session).await, []);
    let taken = digest(&photo(1));
    let path = format!("/integrator/v1/sessions/{}/files/{taken}", erika.session);
    let asked = world.get(&path).bearer_auth(API_KEY);
    problem(asked.send().await.unwrap(), 404, "not_found").await;
}

#[tokio::test]
async fn of_a_pdf_the_company_sees_the_pages_and_never_the_file() {
    let world = crate::additional_steps::world().await;
    let opened: Value = open(&world, "one", &json!({})).await.json().await.unwrap();
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    to_the_steps(&erika).await;
    let bill = saying(&["Stadtwerke", "page two"]);
    let blob = digest(&bill);
    assert_eq!(erika.upload(bill).await.status(), 201);
    erika.send(capture("UTILITY_BILL", "pdf", &blob)).await;
    erika.send(json!({ "type": "accept_step" })).await;
    let photo = erika.photo(4).await;
    erika
        .send(capture("ADDITIONAL_PHOTO", "camera", &photo))
        .await;
    let step = erika.send(json!({ "type": "accept_step" })).await;
    assert_eq!(step["to"], "final");
    let listed = files(&world, &erika.session).await;
    assert!(listed.contains(&("step:UTILITY_BILL".into(), blob.clone())));
    let path = format!("/integrator/v1/sessions/{}/files/{blob}", erika.session);
    for page in ["", "?page=1", "?page=2"] {
        let asked = world.get(&format!("{path}{page}")).bearer_auth(API_KEY);
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["kyc-pages"], "2");
        assert_eq!(answer.headers()["content-type"], "image/jpeg");
        assert!(answer.bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
    }
    for page in ["?page=0", "?page=3"] {
        let asked = world.get(&format!("{path}{page}")).bearer_auth(API_KEY);
        problem(asked.send().await.unwrap(), 404, "not_found").await;
    }
}

#[tokio::test]
async fn what_was_taken_for_a_step_that_is_asked_for_no_more_is_the_applicants() {
    let world = crate::additional_steps::world().await;
    let opened: Value = open(&world, "one", &json!({})).await.json().await.unwrap();
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    to_the_steps(&erika).await;
    let bill = erika.photo(7).await;
    erika.send(capture("UTILITY_BILL", "file", &bill)).await;
    while erika.view().await["state"] != "document_selection" {
        erika.send(json!({ "type": "back" })).await;
    }
    // In France nothing is asked for besides.
    erika
        .send(json!({ "type": "select_document", "country": "FR", "document": "passport" }))
        .await;
    let blob = erika.photo(8).await;
    erika
        .send(json!({ "type": "capture_page", "side": "front", "blob": blob }))
        .await;
    let mut state = erika.view().await["state"].clone();
    while state != "final" {
        let event = match state.as_str().unwrap() {
            "document_photo" => json!({ "type": "review_document" }),
            "document_review" => json!({ "type": "accept_document" }),
            "selfie" => json!({ "type": "review_selfie" }),
            _ => json!({ "type": "accept_selfie" }),
        };
        state = erika.send(event).await["to"].clone();
    }
    let listed = files(&world, &erika.session).await;
    let items: Vec<_> = listed.iter().map(|(item, _)| item.as_str()).collect();
    assert_eq!(items, ["document_front", "selfie"]);
    let path = format!("/integrator/v1/sessions/{}/files/{bill}", erika.session);
    let asked = world.get(&path).bearer_auth(API_KEY);
    problem(asked.send().await.unwrap(), 404, "not_found").await;
}
