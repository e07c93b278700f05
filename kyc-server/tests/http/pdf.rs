//! What is taken as a PDF, what people are shown of it, and what no PDF can do to the server.

pub(crate) mod files;

use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use kyc_core::Flow;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::additional_steps::{capture, open, to_the_steps};
use crate::compat::{send, status_of, with_pair};
use crate::harness::{Applicant, Stage, World, digest, photo, problem};
use crate::results::{approved, arrived};
use files::{
    acting, bomb, encrypted, endless, looping, saying, stream, tireless, with_pages, without_pages,
};

fn stage() -> Stage {
    let flow = include_str!("../../../kyc-core/tests/flows/additional_steps.json");
    let mut stage = Stage {
        flows: vec![Arc::new(Flow::from_json(flow).unwrap())],
        ..Stage::new()
    };
    // However busy the machine is.
    stage.config.limits.pdf_seconds = 60;
    stage
}

/// An applicant who stands before a bill that may be a PDF.
async fn at_the_bill<'a>(world: &'a World, key: &str) -> Applicant<'a> {
    let opened: Value = open(world, key, &json!({})).await.json().await.unwrap();
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    to_the_steps(&erika).await;
    erika
}

async fn page(erika: &Applicant<'_>, blob: &str, page: &str) -> Response {
    let asked = erika.ask(Method::GET, &format!("/blobs/{blob}?page={page}"));
    asked.send().await.unwrap()
}

#[tokio::test]
async fn a_pdf_is_shown_page_by_page_to_its_applicant_and_to_the_reviewer() {
    let world = World::on(&stage()).await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = at_the_bill(&world, "one").await;
    let bill = saying(&["Stadtwerke", "page two", "page three"]);
    let blob = digest(&bill);
    assert_eq!(
        erika.upload(bill.clone()).await.status(),
        StatusCode::CREATED
    );
    assert_eq!(erika.upload(bill).await.status(), StatusCode::OK);
    erika.send(capture("UTILITY_BILL", "pdf", &blob)).await;
    erika.send(json!({ "type": "accept_step" })).await;
    let photo = erika.photo(4).await;
    erika
        .send(capture("ADDITIONAL_PHOTO", "camera", &photo))
        .await;
    erika.send(json!({ "type": "accept_step" })).await;
    cases.until(|told| told.data["state"] == "in_review").await;

    let case = ada.case(&erika.session).await;
    let items = case["case"]["items"].as_array().unwrap();
    let bill = items
        .iter()
        .find(|item| item["item"] == "step:UTILITY_BILL");
    assert_eq!(bill.unwrap()["step"]["source"], "pdf");

    let mut seen = Vec::new();
    for number in ["1", "2", "3"] {
        let own = page(&erika, &blob, number).await;
        let path = format!("/cases/{}/blobs/{blob}?page={number}", erika.session);
        let shown = ada.ask(Method::GET, &path).send().await.unwrap();
        for answer in [&own, &shown] {
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()["content-type"], "image/jpeg");
            assert_eq!(answer.headers()["kyc-pages"], "3");
        }
        let bytes = shown.bytes().await.unwrap();
        assert_eq!(own.bytes().await.unwrap(), bytes);
        let drawn = image::load_from_memory(&bytes).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (1652, 2338));
        assert!(!seen.contains(&bytes), "each page is another picture");
        seen.push(bytes);
    }
    // Without a number the first; of a photo there is one.
    let first = erika.ask(Method::GET, &format!("/blobs/{blob}"));
    let first = first.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(first, seen[0]);
    assert_eq!(page(&erika, &photo, "1").await.headers()["kyc-pages"], "1");
    problem(page(&erika, &photo, "2").await, 404, "not_found").await;
    for none in ["0", "4", "18446744073709551615"] {
        problem(page(&erika, &blob, none).await, 404, "not_found").await;
    }
    for wrong in ["-1", "x", "", "1&page=2"] {
        problem(page(&erika, &blob, wrong).await, 400, "malformed").await;
    }
}

#[tokio::test]
async fn what_acts_in_a_pdf_does_not_leave_the_server() {
    let world = World::on(&stage()).await;
    let erika = at_the_bill(&world, "one").await;
    let bill = acting();
    let blob = digest(&bill);
    assert_eq!(
        erika.upload(bill.clone()).await.status(),
        StatusCode::CREATED
    );
    let shown = page(&erika, &blob, "1").await;
    assert_eq!(shown.headers()["content-type"], "image/jpeg");
    assert_eq!(shown.headers()["kyc-pages"], "1");
    let bytes = shown.bytes().await.unwrap();
    for trace in [&b"CANARY"[..], b"canary", b"%PDF", b"JavaScript"] {
        assert!(!bytes.windows(trace.len()).any(|window| window == trace));
    }
    image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap();
    // The file itself is kept as it came, as evidence.
    let session = erika.session.parse().unwrap();
    let kept = world
        .blobs
        .get(&session, &blob.parse().unwrap())
        .await
        .unwrap();
    assert_eq!(kept.unwrap(), bill);
}

#[tokio::test]
async fn a_pdf_that_opens_without_a_password_is_a_pdf() {
    let world = World::on(&stage()).await;
    let erika = at_the_bill(&world, "one").await;
    assert_eq!(
        erika.upload(encrypted(true)).await.status(),
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn a_pdf_that_cannot_be_shown_is_refused_by_name_and_nothing_of_it_is_kept() {
    let mut stage = stage();
    stage.config.limits.pdf_pages = 3;
    stage.config.limits.pdf_seconds = 4;
    stage.config.limits.pdf_megabytes = 512;
    let world = World::on(&stage).await;
    let erika = at_the_bill(&world, "one").await;
    let version = erika.version().await;
    let text = |content: &[u8], media_box| with_pages(&[stream("", content)], media_box, "");
    let mut cut = saying(&["Stadtwerke"]);
    cut.truncate(cut.len() - 40);
    let refused: [(&str, Vec<u8>, u16, &[&str]); 12] = [
        ("a password", encrypted(false), 422, &["pdf_encrypted"]),
        ("cut off", cut, 422, &["pdf_damaged"]),
        (
            "only its name",
            b"%PDF-1.7\n%%EOF".to_vec(),
            422,
            &["pdf_damaged"],
        ),
        (
            "noise",
            [&b"%PDF-1.7\n"[..], &[7; 9000], b"%%EOF"].concat(),
            422,
            &["pdf_damaged"],
        ),
        ("no page", without_pages(), 422, &["pdf_empty"]),
        (
            "a white page",
            text(b" ", "[0 0 595 842]"),
            422,
            &["pdf_empty"],
        ),
        (
            "a tree in a circle",
            looping(),
            422,
            &["pdf_empty", "pdf_damaged"],
        ),
        (
            "four pages",
            saying(&["a", "b", "c", "d"]),
            413,
            &["pdf_too_long"],
        ),
        ("five thousand", endless(5_000), 413, &["pdf_too_long"]),
        (
            "a gigabyte of nothing",
            bomb(),
            422,
            &["pdf_too_complex", "pdf_empty", "pdf_damaged"],
        ),
        ("never ready", tireless(), 422, &["pdf_too_complex"]),
        (
            "a page as thin as a thread",
            text(b"0 0 m 0 9 l S", "[0 0 1 99999999]"),
            422,
            &["pdf_damaged"],
        ),
    ];
    for (what, bytes, status, codes) in refused {
        let name = digest(&bytes);
        let began = std::time::Instant::now();
        let answer = erika.upload_as(&name, bytes).await;
        let took = began.elapsed();
        assert_eq!(answer.status(), status, "{what}");
        let told: Value = answer.json().await.unwrap();
        assert!(
            codes.iter().any(|code| told["code"] == *code),
            "{what}: {told}"
        );
        // Four seconds of a processor, twelve by the clock, and the way there.
        assert!(took.as_secs() < 20, "{what} took {took:?}");
        problem(page(&erika, &name, "1").await, 404, "not_found").await;
    }
    assert_eq!(erika.version().await, version);
    // And the next one is none the worse for it.
    let bill = saying(&["Stadtwerke"]);
    assert_eq!(erika.upload(bill).await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn however_large_a_page_says_it_is_its_picture_is_not() {
    let world = World::on(&stage()).await;
    let erika = at_the_bill(&world, "one").await;
    let line = |box_: &str, to: &str| {
        let content = format!("{} w 0 0 m {to} l S", to.split(' ').next().unwrap());
        with_pages(&[stream("", content.as_bytes())], box_, "")
    };
    for (bytes, expected) in [
        (line("[0 0 20000 20000]", "9999 9999"), (2000, 2000)),
        (
            line("[0 0 1000000000 1000000000]", "99999999 99999999"),
            (2000, 2000),
        ),
        (line("[0 0 72 72]", "9 9"), (1224, 1224)),
    ] {
        let blob = digest(&bytes);
        assert_eq!(erika.upload(bytes).await.status(), StatusCode::CREATED);
        let shown = page(&erika, &blob, "1").await.bytes().await.unwrap();
        let drawn = image::load_from_memory(&shown).unwrap();
        let near = |found: u32, expected: u32| found.abs_diff(expected) <= 2;
        assert!(
            near(drawn.width(), expected.0) && near(drawn.height(), expected.1),
            "{expected:?}"
        );
        assert!(drawn.width() * drawn.height() <= 4_000_000);
    }
}

#[tokio::test]
async fn while_a_pdf_is_drawn_photos_of_others_are_taken() {
    let mut stage = stage();
    stage.config.limits.pdf_seconds = 5;
    stage.config.limits.upload_burst = 10_000;
    let world = World::on(&stage).await;
    let erika = at_the_bill(&world, "one").await;
    let otto = at_the_bill(&world, "two").await;
    // Of one applicant one PDF is drawn: whichever comes later is told to wait, and comes again.
    let mut drawing = std::pin::pin!(async {
        loop {
            let answer = erika.upload(tireless()).await;
            if answer.status() != StatusCode::TOO_MANY_REQUESTS {
                return answer;
            }
        }
    });
    // So it is under way once another one is told to wait.
    let another = async {
        for number in 0.. {
            let answer = erika.upload(saying(&[&number.to_string()])).await;
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                return problem(answer, 429, "rate_limited").await;
            }
            assert_eq!(answer.status(), StatusCode::CREATED);
        }
        unreachable!("numbers do not end")
    };
    tokio::select! {
        biased;
        answer = &mut drawing => panic!("ready too early: {}", answer.status()),
        _ = another => {}
    }
    tokio::select! {
        biased;
        answer = &mut drawing => panic!("ready before a photo was taken: {}", answer.status()),
        answer = otto.upload(photo(9)) => assert_eq!(answer.status(), StatusCode::CREATED),
    }
    problem(drawing.await, 422, "pdf_too_complex").await;
}

#[tokio::test]
async fn a_pdf_is_taken_only_where_it_is_asked_for() {
    let world = World::on(&stage()).await;
    let bill = saying(&["Stadtwerke"]);
    let blob = digest(&bill);
    let without = json!({ "steps": { "all": { "all": { "UTILITY_BILL": { "sources": { "pdf": false } } } } } });
    let opened: Value = open(&world, "one", &without).await.json().await.unwrap();
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    to_the_steps(&erika).await;
    problem(erika.upload(bill.clone()).await, 415, "pdf_not_allowed").await;
    problem(page(&erika, &blob, "1").await, 404, "not_found").await;
    let version = erika.version().await;
    let as_pdf = capture("UTILITY_BILL", "pdf", &blob);
    problem(erika.post(&as_pdf, version, "a").await, 422, "blob_missing").await;
    assert_eq!(erika.version().await, version);

    // Where one step allows it, another does not take it by another name.
    let otto = at_the_bill(&world, "two").await;
    assert_eq!(otto.upload(bill).await.status(), StatusCode::CREATED);
    let version = otto.version().await;
    for (key, source) in [("b", "file"), ("c", "camera")] {
        let disguised = capture("UTILITY_BILL", source, &blob);
        problem(
            otto.post(&disguised, version, key).await,
            422,
            "source_mismatch",
        )
        .await;
    }
    let photo = otto.photo(5).await;
    otto.send(capture("UTILITY_BILL", "file", &photo)).await;
    otto.send(json!({ "type": "accept_step" })).await;
    let version = otto.version().await;
    let as_pdf = capture("ADDITIONAL_PHOTO", "pdf", &blob);
    let told = problem(otto.post(&as_pdf, version, "d").await, 422, "refused").await;
    assert_eq!(told["reason"], "source_not_allowed");
    let disguised = capture("ADDITIONAL_PHOTO", "camera", &blob);
    problem(
        otto.post(&disguised, version, "e").await,
        422,
        "source_mismatch",
    )
    .await;
}

#[tokio::test]
async fn a_pdf_is_no_photo_of_a_passport_nor_of_a_face() {
    let world = World::on(&stage()).await;
    let opened: Value = open(&world, "one", &json!({})).await.json().await.unwrap();
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    erika.begin().await;
    let passport = json!({ "type": "select_document", "country": "DE", "document": "passport" });
    erika.send(passport).await;
    let bill = saying(&["Stadtwerke"]);
    let blob = digest(&bill);
    assert_eq!(erika.upload(bill).await.status(), StatusCode::CREATED);
    let version = erika.version().await;
    let front = json!({ "type": "capture_page", "side": "front", "blob": blob });
    problem(
        erika.post(&front, version, "a").await,
        422,
        "source_mismatch",
    )
    .await;
    let selfie = json!({ "type": "capture_selfie", "blob": blob });
    problem(
        erika.post(&selfie, version, "b").await,
        422,
        "source_mismatch",
    )
    .await;
    assert_eq!(erika.version().await, version);
}

#[tokio::test]
async fn pages_whose_copy_was_lost_are_drawn_again_and_go_with_the_person() {
    let world = World::on(&stage()).await;
    let erika = at_the_bill(&world, "one").await;
    let bill = saying(&["Stadtwerke", "page two"]);
    let blob = digest(&bill);
    assert_eq!(
        erika.upload(bill.clone()).await.status(),
        StatusCode::CREATED
    );
    let before = page(&erika, &blob, "2").await.bytes().await.unwrap();
    let (session, name) = (erika.session.parse().unwrap(), blob.parse().unwrap());
    world.blobs.delete(&session, &name).await.unwrap();
    world.blobs.put(&session, bill.into()).await.unwrap();
    assert_eq!(
        page(&erika, &blob, "2").await.bytes().await.unwrap(),
        before
    );

    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let erased = world
        .ask(Method::DELETE, &path)
        .bearer_auth(crate::harness::API_KEY);
    assert_eq!(
        erased.send().await.unwrap().status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(world.blobs.get(&session, &name).await.unwrap(), None);
    assert_eq!(world.blobs.copy(&session, &name).await.unwrap(), None);
}

#[tokio::test]
async fn a_company_hands_in_a_pdf_in_the_other_vocabulary_too() {
    let mut stage = stage();
    let limits = stage.config.limits.clone();
    stage.config = with_pair();
    stage.config.limits = limits;
    let world = World::on(&stage).await;
    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "one").await;
    approved(&ada, &erika).await;
    let id = erika.session.as_str();
    let scan_ref = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-");
    let hand_in = async |bytes: &[u8]| {
        let image = Base64::encode_string(bytes);
        let body = json!({ "scanRef": scan_ref, "step": "UTILITY_BILL", "image": image });
        send(&world, "upload-additional-step", body.to_string()).await
    };
    for refused in [encrypted(false), looping(), b"%PDF-1.7\n".to_vec()] {
        let told = status_of(hand_in(&refused).await).await;
        assert_eq!(told, (400, "VALIDATION_ERROR".to_owned()));
    }
    let mut cases = ada.stream().await;
    let taken = hand_in(&saying(&["Stadtwerke", "page two"])).await;
    assert_eq!(taken.status(), StatusCode::OK);
    cases
        .until(|told| told.event == "case" && told.data["state"] == "supplemented")
        .await;
    let case = ada.case(&erika.session).await;
    let items = case["case"]["items"].as_array().unwrap();
    let bill = items
        .iter()
        .find(|item| item["item"] == "step:UTILITY_BILL");
    assert_eq!(bill.unwrap()["step"]["source"], "pdf");
}
