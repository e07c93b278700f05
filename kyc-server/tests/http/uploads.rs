//! What is taken as a photograph, and what people are shown of it.

use futures_util::StreamExt;
use image::ImageFormat;
use reqwest::{Body, Method, StatusCode};
use serde_json::json;

use crate::harness::{World, config, digest, drawn, photo, problem};
use crate::logs::Ear;

#[tokio::test]
async fn an_upload_again_is_harmless() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    assert_eq!(erika.upload(photo(1)).await.status(), StatusCode::CREATED);
    assert_eq!(erika.upload(photo(1)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_shown_is_an_image_and_nothing_else() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let mut polyglot = drawn(320, 240, 1, ImageFormat::Png);
    polyglot.extend_from_slice(b"<script>alert(1)</script>");
    let name = digest(&polyglot);
    assert_eq!(erika.upload(polyglot).await.status(), StatusCode::CREATED);

    let shown = erika
        .ask(Method::GET, &format!("/blobs/{name}"))
        .send()
        .await
        .unwrap();
    assert_eq!(shown.headers()["content-type"], "image/jpeg");
    assert_eq!(shown.headers()["x-content-type-options"], "nosniff");
    assert_eq!(shown.headers()["cache-control"], "no-store");
    let bytes = shown.bytes().await.unwrap();
    assert!(!bytes.windows(8).any(|window| window == b"<script>"));
    let copy = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap();
    assert_eq!((copy.width(), copy.height()), (320, 240));
}

#[tokio::test]
async fn an_image_is_decoded_once_however_often_it_is_sent_and_looked_at() {
    let ear = Ear::default();
    let heard = tracing::subscriber::set_default(kyc_server::logs::subscriber(
        "kyc_server=debug",
        ear.clone(),
    ));
    let decoded = || ear.text().matches("an image was decoded").count();
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    assert_eq!(decoded(), 3, "front, back and selfie, when they arrive");

    let front = digest(&photo(1));
    let case = format!("/cases/{}/blobs/{front}", erika.session);
    for _ in 0..5 {
        erika.photo(1).await;
        let own = erika.ask(Method::GET, &format!("/blobs/{front}"));
        assert_eq!(own.send().await.unwrap().status(), StatusCode::OK);
        let shown = ada.ask(Method::GET, &case).send().await.unwrap();
        assert_eq!(shown.status(), StatusCode::OK);
    }
    assert_eq!(decoded(), 3);

    // One from before copies were kept is decoded at the first look.
    let session = erika.session.parse().unwrap();
    let blob = front.parse().unwrap();
    world.blobs.delete(&session, &blob).await.unwrap();
    world.blobs.put(&session, photo(1).into()).await.unwrap();
    for _ in 0..5 {
        let shown = ada.ask(Method::GET, &case).send().await.unwrap();
        assert_eq!(shown.status(), StatusCode::OK);
    }
    assert_eq!(decoded(), 4);
    drop(heard);
}

#[tokio::test]
async fn what_is_no_photograph_is_refused_by_name() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let cut = |mut bytes: Vec<u8>| {
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    let refused: [(&str, Vec<u8>, u16, &str); 11] = [
        ("nothing", vec![], 422, "image_empty"),
        ("one byte", vec![0xFF], 415, "not_an_image"),
        ("a text", b"not a photo".to_vec(), 415, "not_an_image"),
        (
            "SVG",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>".to_vec(),
            415,
            "not_an_image",
        ),
        ("PDF", b"%PDF-1.7 ...".to_vec(), 415, "pdf_not_allowed"),
        (
            "GIF",
            b"GIF89a\x01\0\x01\0\x80\0\0".to_vec(),
            415,
            "not_an_image",
        ),
        ("half a JPEG", cut(photo(1)), 422, "image_damaged"),
        (
            "half a PNG",
            cut(drawn(320, 240, 1, ImageFormat::Png)),
            422,
            "image_damaged",
        ),
        (
            "a JPEG of nothing",
            vec![0xFF, 0xD8, 0xFF, 0xD9],
            422,
            "image_damaged",
        ),
        (
            "a thumbnail",
            drawn(199, 400, 1, ImageFormat::Jpeg),
            422,
            "image_too_small",
        ),
        (
            "60 million pixels",
            bomb(10_000, 6_000),
            413,
            "too_many_pixels",
        ),
    ];
    for (what, bytes, status, code) in refused {
        let name = digest(&bytes);
        problem(erika.upload_as(&name, bytes).await, status, code).await;
        let shown = erika
            .ask(Method::GET, &format!("/blobs/{name}"))
            .send()
            .await
            .unwrap();
        assert_eq!(shown.status(), StatusCode::NOT_FOUND, "{what}");
    }
}

/// A PNG that says how large it is and has nothing to show for it.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8; 4], body: &[u8]| {
        let named = [&name[..], body].concat();
        bytes.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(&named);
        bytes.extend_from_slice(&crc32(&named).to_be_bytes());
    };
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(b"IHDR", &[&size[..], &[8, 2, 0, 0, 0]].concat());
    chunk(b"IDAT", &[0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]);
    chunk(b"IEND", &[]);
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            sum >> 1 ^ (0xEDB8_8320 & 0u32.wrapping_sub(sum & 1))
        })
    })
}

#[tokio::test]
async fn bytes_that_do_not_have_their_digest_are_refused() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let other = digest(&photo(2));
    problem(
        erika.upload_as(&other, photo(1)).await,
        422,
        "digest_mismatch",
    )
    .await;
    for name in ["xyz", &other.to_uppercase(), &other[..63]] {
        problem(erika.upload_as(name, photo(1)).await, 404, "not_found").await;
    }
}

#[tokio::test]
async fn ten_megabytes_are_taken_and_one_byte_more_is_not() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let limit = 10 * 1024 * 1024;
    // What hangs behind the image counts as well.
    let padded = |length: usize| {
        let mut bytes = photo(1);
        bytes.resize(length, 0);
        bytes
    };
    assert_eq!(
        erika.upload(padded(limit)).await.status(),
        StatusCode::CREATED
    );
    let told = problem(erika.upload(padded(limit + 1)).await, 413, "too_large").await;
    assert_eq!(told["limit"], limit);

    let bytes = padded(limit + 1);
    let name = digest(&bytes);
    let chunks: Vec<_> = bytes
        .chunks(1 << 16)
        .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
        .collect();
    let without_length = erika
        .ask(Method::PUT, &format!("/blobs/{name}"))
        .body(Body::wrap_stream(futures_util::stream::iter(chunks)))
        .send()
        .await
        .unwrap();
    problem(without_length, 413, "too_large").await;
}

#[tokio::test]
async fn one_applicant_cannot_fill_the_disk() {
    let mut config = config();
    config.limits.upload_burst = 3;
    let world = World::with(config, None).await;
    let erika = world.applicant("one").await;
    for tint in 0..3 {
        erika.photo(tint).await;
    }
    problem(erika.upload(photo(4)).await, 429, "rate_limited").await;
    // Another link into the same session buys nothing.
    let link = erika.ask(Method::POST, "/links").send().await.unwrap();
    let link: serde_json::Value = link.json().await.unwrap();
    let again = world.applicant_by(link["link"].as_str().unwrap()).await;
    problem(again.upload(photo(5)).await, 429, "rate_limited").await;
}

#[tokio::test]
async fn a_session_has_so_many_images_and_no_more() {
    let mut config = config();
    config.limits.images_per_session = 2;
    let world = World::with(config, None).await;
    let erika = world.applicant("one").await;
    erika.photo(1).await;
    erika.photo(2).await;
    let told = problem(erika.upload(photo(3)).await, 409, "images_exhausted").await;
    assert!(told["detail"].is_string(), "{told}");
    // Those that are there may be sent again, and others have images of their own.
    erika.photo(1).await;
    world.applicant("two").await.photo(3).await;
}

#[tokio::test]
async fn a_session_takes_so_many_events_of_its_applicant_and_can_still_be_ended() {
    let mut config = config();
    config.limits.events_per_session = 3;
    let world = World::with(config, None).await;
    let erika = world.applicant("one").await;
    let start = json!({ "type": "start", "consent": { "version": "1", "locale": "en" } });
    assert_eq!(erika.post(&start, 0, "first").await.status(), 200);
    erika.send(json!({ "type": "back" })).await;
    erika.begin().await;
    let told = erika.post(&json!({ "type": "back" }), 3, "last").await;
    let told = problem(told, 409, "events_exhausted").await;
    assert!(told["detail"].is_string(), "{told}");
    // What was answered is answered again.
    assert_eq!(erika.post(&start, 0, "first").await.status(), 200);
    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let erased = world
        .ask(Method::DELETE, &path)
        .bearer_auth(crate::harness::API_KEY);
    assert_eq!(erased.send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn an_applicant_makes_so_many_links_whichever_token_they_ask_with() {
    let mut config = config();
    config.limits.link_burst = 2;
    let world = World::with(config, None).await;
    let erika = world.applicant("one").await;
    let mut again = Vec::new();
    for _ in 0..2 {
        let made = erika.ask(Method::POST, "/links").send().await.unwrap();
        let made: serde_json::Value = made.json().await.unwrap();
        again.push(world.applicant_by(made["link"].as_str().unwrap()).await);
    }
    for device in [&erika, &again[0], &again[1]] {
        let refused = device.ask(Method::POST, "/links").send().await.unwrap();
        assert!(refused.headers().contains_key("retry-after"));
        problem(refused, 429, "rate_limited").await;
    }
}

#[tokio::test]
async fn a_session_that_has_ended_takes_no_more_photos() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let path = format!("/integrator/v1/sessions/{}/cancel", erika.session);
    let cancel = world
        .post(&path)
        .bearer_auth(crate::harness::API_KEY)
        .header("idempotency-key", "a");
    assert_eq!(cancel.send().await.unwrap().status(), 200);
    let told = problem(erika.upload(photo(1)).await, 409, "not_accepted").await;
    assert_eq!(told["state"], "cancelled");
}

#[tokio::test]
async fn reviewers_see_what_was_handed_in_and_not_what_was_only_taken() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    let spare = erika.photo(7).await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;

    let case = ada.case(&erika.session).await;
    let front = case["case"]["items"][0]["blob"]
        .as_str()
        .unwrap()
        .to_owned();
    let see = |blob: String| {
        ada.ask(
            Method::GET,
            &format!("/cases/{}/blobs/{blob}", erika.session),
        )
        .send()
    };
    assert_eq!(
        see(front).await.unwrap().headers()["content-type"],
        "image/jpeg"
    );
    problem(see(spare).await.unwrap(), 404, "not_found").await;
    problem(see("ab".repeat(32)).await.unwrap(), 404, "not_found").await;
}

#[tokio::test]
async fn of_an_erased_session_no_photo_is_left() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    erika.describe().await;
    erika
        .send(json!({ "type": "select_document", "country": "DE", "document": "passport" }))
        .await;
    let blob = erika.photo(1).await;
    erika
        .send(json!({ "type": "capture_page", "side": "front", "blob": blob }))
        .await;
    let see = |blob: &str| erika.ask(Method::GET, &format!("/blobs/{blob}")).send();
    assert_eq!(see(&blob).await.unwrap().status(), StatusCode::OK);
    let spare = erika.photo(2).await;
    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let erased = world
        .ask(Method::DELETE, &path)
        .bearer_auth(crate::harness::API_KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(erased.status(), StatusCode::NO_CONTENT);
    for blob in [blob, spare] {
        let left = world
            .blobs
            .get(&erika.session.parse().unwrap(), &blob.parse().unwrap())
            .await;
        assert_eq!(left.unwrap(), None);
        let copy = world
            .blobs
            .copy(&erika.session.parse().unwrap(), &blob.parse().unwrap())
            .await;
        assert_eq!(copy.unwrap(), None);
    }
}

#[tokio::test]
async fn a_photo_that_is_on_its_way_while_its_session_is_erased_is_not_left_behind() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = photo(1);
    let name = digest(&bytes);
    let (beginning, rest) = (bytes[..100].to_vec(), bytes[100..].to_vec());
    let (go_on, erased) = tokio::sync::oneshot::channel::<()>();
    let (begun, has_begun) = tokio::sync::oneshot::channel::<()>();
    let chunks = futures_util::stream::once(async move {
        let _ = begun.send(());
        Ok::<_, std::io::Error>(beginning)
    })
    .chain(futures_util::stream::once(async move {
        erased.await.unwrap();
        Ok(rest)
    }));
    let upload = erika
        .ask(Method::PUT, &format!("/blobs/{name}"))
        .body(Body::wrap_stream(chunks))
        .send();
    let erase = async {
        has_begun.await.unwrap();
        let path = format!("/integrator/v1/sessions/{}", erika.session);
        let answer = world
            .ask(Method::DELETE, &path)
            .bearer_auth(crate::harness::API_KEY)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        go_on.send(()).unwrap();
    };
    let (uploaded, ()) = tokio::join!(upload, erase);
    assert!(!uploaded.unwrap().status().is_success());
    let session = erika.session.parse().unwrap();
    let left = world.blobs.get(&session, &name.parse().unwrap()).await;
    assert_eq!(left.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_sends_slowly_keeps_nobody_else_from_sending() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let world = World::start().await;
    let mut slow = Vec::new();
    for number in 0..24 {
        let applicant = world.applicant(&format!("slow-{number}")).await;
        for part in 0..6 {
            let mut socket = tokio::net::TcpStream::connect(world.address).await.unwrap();
            let (session, token) = (&applicant.session, &applicant.token);
            let path = format!("/applicant/v1/sessions/{session}");
            let digest = digest(&[number, part]);
            let asked = match part % 2 {
                0 => format!("PUT {path}/blobs/{digest} HTTP/1.1\r\n"),
                _ => format!(
                    "PATCH {path}/uploads/{digest} HTTP/1.1\r\nupload-offset: 0\r\nupload-complete: ?1\r\n"
                ),
            };
            let head = format!(
                "{asked}host: {}\r\nauthorization: Bearer {token}\r\ncontent-length: 900000\r\nexpect: 100-continue\r\n\r\n",
                world.address
            );
            socket.write_all(head.as_bytes()).await.unwrap();
            // It is told to go on once the server waits for its bytes.
            let mut told = [0; 12];
            socket.read_exact(&mut told).await.unwrap();
            assert_eq!(&told, b"HTTP/1.1 100", "{number} {part}");
            slow.push(socket);
        }
    }
    assert!(slow.len() > 128);
    let erika = world.applicant("erika").await;
    let taken = erika.photo(1).await;
    let asked = erika.ask(Method::HEAD, &format!("/uploads/{taken}"));
    assert_eq!(asked.send().await.unwrap().status(), 204);
    drop(slow);
}
