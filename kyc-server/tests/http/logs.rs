//! What is written down tells nothing of the person.

use std::io;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::compat::{send, with_pair};
use crate::handover::{asking, begun, confirms, takes_back};
use crate::harness::{API_KEY, PASSWORD, World, photo};
use crate::sink::{Answer, Came, SECRET, Sink, one, with_webhooks};

/// Everything that was logged.
#[derive(Clone, Default)]
pub(crate) struct Ear(Arc<Mutex<Vec<u8>>>);

impl Ear {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Ear {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn nothing_personal_is_logged_or_told_in_errors() {
    let ear = Ear::default();
    // Everything, of every crate.
    let subscriber = kyc_server::logs::subscriber("trace", ear.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();

    // Endpoints that take what they are told, and others that do not.
    let (theirs, gone) = (Sink::start().await, Sink::start().await);
    gone.answer_always(Answer::Status(410));
    let compatible = |name: &str, url: &str| one(name, url) + "format = \"compatible\"\n";
    let endpoints = [
        compatible("theirs", &theirs.url()),
        compatible("gone", &gone.url()),
        compatible("away", "http://127.0.0.1:1/Canary-Path"),
        one("ours", &gone.url()),
    ];
    let mut config = with_pair();
    config.webhooks = with_webhooks(&endpoints.concat()).webhooks;
    let world = World::with(config, None).await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    let code = begun(&erika).await;
    let (phone, digits) = asking(&erika, &code).await;
    assert!(confirms(&erika, &digits).await.status().is_success());
    assert_eq!(phone.version().await, 1);
    takes_back(&erika).await;
    let mut told = String::new();
    for (key, event) in [
        (
            "a",
            json!({ "type": "submit_details", "details": {
            "given_names": "Canary-Given", "family_name": "Canary\u{0}Family", "date_of_birth": "1984-08-12" } }),
        ),
        (
            "b",
            json!({ "type": "submit_details", "details": {
            "given_names": "Canary-Given", "family_name": 17, "date_of_birth": "Canary-Birth" } }),
        ),
        (
            "c",
            json!({ "type": "submit_details", "Canary-Field": "Canary-Value" }),
        ),
        ("d", json!({ "type": "Canary-Event" })),
        (
            "e",
            json!({ "type": "start", "consent": { "version": "Canary-Version", "locale": "en" } }),
        ),
    ] {
        let answer = erika.post(&event, 1, key).await;
        assert!(answer.status().is_client_error());
        told += &answer.text().await.unwrap();
    }
    erika
        .send(json!({ "type": "submit_details", "details": {
            "given_names": "Canary-Given", "family_name": "Canary-Family", "date_of_birth": "1984-08-12" } }))
        .await;
    erika
        .send(json!({ "type": "select_document", "country": "DE", "document": "passport" }))
        .await;
    let blob = erika.photo(1).await;
    erika
        .send(json!({ "type": "capture_page", "side": "front", "blob": blob }))
        .await;
    erika.send(json!({ "type": "accept_document" })).await;
    erika
        .send(json!({ "type": "capture_selfie", "blob": blob }))
        .await;
    erika.send(json!({ "type": "accept_selfie" })).await;
    cases.until(|told| told.data["state"] == "in_review").await;
    ada.send(&erika.session, json!({ "type": "claim" })).await;
    ada.send(&erika.session, json!({ "type": "judge", "item": "selfie", "verdict": {
        "type": "retake", "reason": "other", "message": "Canary-Message", "note": "Canary-Note" } }))
    .await;
    ada.send(&erika.session, json!({ "type": "request_resubmission" }))
        .await;
    let another = erika.photo(2).await;
    erika
        .send(json!({ "type": "capture_selfie", "blob": another }))
        .await;
    erika.send(json!({ "type": "accept_selfie" })).await;
    cases
        .until(|told| told.data["state"] == "in_review" && told.data["claimed_by"].is_null())
        .await;
    ada.send(&erika.session, json!({ "type": "claim" })).await;
    ada.fine(&erika.session, &["document_front", "selfie"])
        .await;
    ada.send(&erika.session, json!({ "type": "approve" })).await;
    // The company is told who it is, and nobody else.
    let is_told = |one: &Came| String::from_utf8_lossy(&one.bytes).contains("Canary-Given");
    let came = theirs.until(|came| came.iter().any(is_told)).await;
    let signature = came[0].header("idenfy-signature").to_owned();
    gone.until(|came| came.iter().any(is_told)).await;

    // In the other vocabulary as well; an answer to a request that was taken says the client's name, to its company.
    let client = json!({ "clientId": "Canary-Client", "externalRef": "Canary-Reference" });
    assert_eq!(
        send(&world, "token", client.to_string()).await.status(),
        201
    );
    for (route, body) in [
        (
            "token",
            json!({ "clientId": "Canary-Client", "locale": "Canary-Locale" }),
        ),
        (
            "token",
            json!({ "clientId": "1", "Canary-Member": "Canary-Value" }),
        ),
        (
            "token",
            json!({ "clientId": "1", "additionalData": { "Canary-Step": { "Canary": "Canary" } } }),
        ),
        ("token", client),
        (
            "upload-additional-step",
            json!({ "scanRef": "Canary-Scan", "image": "Canary-Image", "step": "Canary-Step" }),
        ),
        ("delete", json!("Canary-Body")),
    ] {
        let answer = send(&world, route, body.to_string()).await;
        assert!(answer.status().is_client_error());
        told += &answer.text().await.unwrap();
    }
    for request in [
        world.get("/api/v2/redirect?authToken=Canary-Token"),
        world.get("/api/v2/redirect?Canary-Query=Canary-Token"),
        world.post("/api/v2/Canary-Path"),
        world.get("/api/v2/files/Canary-Scan/Canary-Digest?page=Canary"),
        world
            .get(&format!("/api/v2/files/Canary-Scan/{}", "ab".repeat(32)))
            .basic_auth("key", Some("secret")),
        world
            .post("/api/v2/token")
            .basic_auth("Canary-User", Some("Canary-Secret")),
    ] {
        told += &request.send().await.unwrap().text().await.unwrap();
    }

    for answer in [
        world
            .get("/Canary-Path?Canary-Query=1")
            .send()
            .await
            .unwrap(),
        world
            .get("/applicant/v1/sessions/Canary-Session")
            .bearer_auth(&erika.token)
            .send()
            .await
            .unwrap(),
        world.login("Canary-Name", "Canary-Password").await,
        erika.upload_as(&"ab".repeat(32), photo(2)).await,
        world
            .ask(Method::PUT, "/applicant/v1/exchange")
            .header("x-canary", "Canary-Header")
            .send()
            .await
            .unwrap(),
        world
            .post("/integrator/v1/sessions")
            .bearer_auth(API_KEY)
            .header("idempotency-key", "Canary-Key")
            .json(&json!({ "external_ref": "Canary-Ref" }))
            .send()
            .await
            .unwrap(),
    ] {
        let text = answer.text().await.unwrap();
        told += &text.replace(world.address.to_string().as_str(), "");
    }

    let logged = String::from_utf8(ear.0.lock().unwrap().clone()).unwrap();
    assert!(!told.contains("Canary"), "{told}");
    let secrets = [
        erika.token.as_str(),
        code.as_str(),
        phone.token.as_str(),
        &ada.cookie[20..],
        PASSWORD,
        API_KEY,
        &SECRET["whsec_".len()..],
        &signature,
        "Canary",
        "1984-08-12",
    ];
    for line in logged.lines() {
        for secret in secrets {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }

    // And what is to be there is there.
    let answered: Vec<Value> = logged
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["message"] == "answered")
        .collect();
    let refused = answered
        .iter()
        .find(|line| line["code"] == "refused")
        .unwrap();
    assert_eq!(refused["route"], "/applicant/v1/sessions/{session}/events");
    assert_eq!(refused["status"], 422);
    assert_eq!(refused["span"]["caller"], "applicant");
    assert_eq!(refused["span"]["session"], erika.session.as_str());
    let claimed = answered
        .iter()
        .find(|line| line["route"] == "/backoffice/v1/cases/{session}/events")
        .unwrap();
    assert_eq!(claimed["span"]["caller"], "ada");
    assert!(refused["span"]["id"].as_str().unwrap().len() == 32);
}
