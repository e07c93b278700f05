//! An image that comes in parts: what has arrived stays, whatever breaks in between.

use std::time::Duration;

use futures_util::StreamExt;
use image::{ImageFormat, Rgb, RgbImage};
use kyc_persist::Blobs;
use reqwest::{Body, Method, Response, StatusCode};
use tokio::sync::oneshot;

use crate::handover::{asking, begun, confirms};
use crate::harness::{API_KEY, Applicant, Stage, World, config, digest, photo, problem};

const PART: usize = Blobs::PART;

/// A photograph of some three parts and a half, another one for each seed.
fn large(seed: u32) -> Vec<u8> {
    let mut noise = seed;
    let picture = RgbImage::from_fn(480, 320, |_, _| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([noise.to_be_bytes()[0], noise.to_be_bytes()[1], 7])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner();
    assert!(
        (2 * PART..5 * PART).contains(&bytes.len()),
        "{}",
        bytes.len()
    );
    bytes
}

/// One file of an applicant on its way up.
struct Upload<'a> {
    by: &'a Applicant<'a>,
    name: String,
}

impl<'a> Upload<'a> {
    fn of(by: &'a Applicant<'a>, bytes: &[u8]) -> Self {
        let name = digest(bytes);
        Self { by, name }
    }

    fn ask(&self, method: Method) -> reqwest::RequestBuilder {
        self.by.ask(method, &format!("/uploads/{}", self.name))
    }

    fn part(&self, offset: usize, last: bool) -> reqwest::RequestBuilder {
        self.ask(Method::PATCH)
            .header("content-type", "application/partial-upload")
            .header("upload-offset", offset)
            .header("upload-complete", if last { "?1" } else { "?0" })
    }

    async fn append(&self, offset: usize, bytes: &[u8], last: bool) -> Response {
        let part = self.part(offset, last).body(bytes.to_vec());
        part.send().await.unwrap()
    }

    /// Where it stands, and whether it is complete.
    async fn stands(&self) -> (usize, bool) {
        let answer = self.ask(Method::HEAD).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(answer.headers().contains_key("upload-limit"));
        (
            offset_of(&answer),
            answer.headers()["upload-complete"] == "?1",
        )
    }

    async fn until_it_stands_at(&self, offset: usize) {
        let stands = async { while self.stands().await != (offset, false) {} };
        tokio::time::timeout(Duration::from_secs(10), stands)
            .await
            .unwrap();
    }
}

fn offset_of(answer: &Response) -> usize {
    let offset = answer.headers()["upload-offset"].to_str().unwrap();
    offset.parse().unwrap()
}

async fn is_shown(erika: &Applicant<'_>, name: &str) -> bool {
    let shown = erika.ask(Method::GET, &format!("/blobs/{name}"));
    shown.send().await.unwrap().status() == StatusCode::OK
}

#[tokio::test]
async fn an_upload_goes_on_where_its_connection_broke() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = large(1);
    let upload = Upload::of(&erika, &bytes);
    assert_eq!(upload.stands().await, (0, false));

    let (arrived, break_off) = (bytes[..2 * PART + 1000].to_vec(), oneshot::channel::<()>());
    let broken = futures_util::stream::once(async move { Ok(arrived) }).chain(
        futures_util::stream::once(async move {
            drop(break_off.1.await);
            Err(std::io::Error::other("the network is gone"))
        }),
    );
    let sending = upload.part(0, true).body(Body::wrap_stream(broken)).send();
    let watching = async {
        upload.until_it_stands_at(2 * PART).await;
        break_off.0.send(()).unwrap();
    };
    let (broken, ()) = tokio::join!(sending, watching);
    assert!(broken.is_err());
    assert_eq!(upload.stands().await, (2 * PART, false));

    let whole = upload.append(2 * PART, &bytes[2 * PART..], true).await;
    assert_eq!(whole.status(), StatusCode::CREATED);
    assert_eq!(whole.headers()["upload-complete"], "?1");
    assert_eq!(upload.stands().await, (bytes.len(), true));
    assert!(is_shown(&erika, &upload.name).await);
    let session = erika.session.parse().unwrap();
    assert_eq!(world.blobs.unfinished(&session).await.unwrap(), 0);
    let name = upload.name.parse().unwrap();
    let kept = world.blobs.get(&session, &name).await;
    assert_eq!(kept.unwrap().unwrap(), bytes);
}

#[tokio::test]
async fn a_part_again_changes_nothing_and_tells_where_to_go_on() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = large(1);
    let upload = Upload::of(&erika, &bytes);
    let first = upload.append(0, &bytes[..PART + 5], false).await;
    assert_eq!(first.status(), StatusCode::NO_CONTENT);
    assert_eq!(first.headers()["upload-complete"], "?0");
    // What did not fill a place is to be sent again.
    assert_eq!(offset_of(&first), PART);
    for wrong in [0, PART + 5, 9 * PART] {
        let again = upload.append(wrong, &bytes[..PART], false).await;
        let told = problem(again, 409, "upload_offset").await;
        assert_eq!(told["offset"], PART);
    }
    let whole = upload.append(PART, &bytes[PART..], true).await;
    assert_eq!(whole.status(), StatusCode::CREATED);
    // Its answer was lost.
    let whole = upload.append(PART, &bytes[PART..], true).await;
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(whole.headers()["upload-complete"], "?1");
    // And in one request it is the same image.
    assert_eq!(erika.upload(bytes).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_small_file_may_come_in_one_part() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = photo(1);
    let upload = Upload::of(&erika, &bytes);
    let whole = upload.append(0, &bytes, true).await;
    assert_eq!(whole.status(), StatusCode::CREATED);
    assert_eq!(upload.stands().await, (bytes.len(), true));
}

#[tokio::test]
async fn a_slow_part_of_an_image_that_is_taken_keeps_nobody_out() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = large(1);
    let upload = Upload::of(&erika, &bytes);
    let whole = upload.append(0, &bytes, true).await;
    assert_eq!(whole.status(), StatusCode::CREATED);

    // More than any buffer between us holds, so that it is read; and then nothing more, without an end.
    let mut slow = Vec::new();
    let mut read = Vec::new();
    for _ in 0..8 {
        let (reached, all_is_read) = oneshot::channel::<()>();
        let chunks = futures_util::stream::iter((0..256).map(|_| Ok(vec![0; 64 * 1024])));
        let never = futures_util::stream::once(async move {
            reached.send(()).unwrap();
            std::future::pending::<std::io::Result<Vec<u8>>>().await
        });
        let body = Body::wrap_stream(chunks.chain(never));
        slow.push(tokio::spawn(upload.part(2 * PART, true).body(body).send()));
        read.push(all_is_read);
    }
    for all_is_read in read {
        all_is_read.await.unwrap();
    }

    assert_eq!(upload.stands().await, (bytes.len(), true));
    assert!(is_shown(&erika, &upload.name).await);
    slow.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn another_server_goes_on_with_what_one_has_begun() {
    let stage = Stage::new();
    let (a, b) = (World::on(&stage).await, World::on(&stage).await);
    let here = a.applicant("one").await;
    let there = Applicant {
        world: &b,
        session: here.session.clone(),
        token: here.token.clone(),
    };
    let bytes = large(1);
    let first = Upload::of(&here, &bytes);
    first.append(0, &bytes[..PART], false).await;
    a.end().await;
    let second = Upload::of(&there, &bytes);
    assert_eq!(second.stands().await, (PART, false));
    let whole = second.append(PART, &bytes[PART..], true).await;
    assert_eq!(whole.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn nobody_elses_token_sees_or_touches_an_upload() {
    let world = World::start().await;
    let (erika, max) = (world.applicant("one").await, world.applicant("two").await);
    let bytes = large(1);
    let own = Upload::of(&erika, &bytes);
    own.append(0, &bytes[..PART], false).await;
    let path = format!(
        "/applicant/v1/sessions/{}/uploads/{}",
        erika.session, own.name
    );
    for (method, token, status) in [
        (Method::HEAD, Some(&max.token), 404),
        (Method::PATCH, Some(&max.token), 404),
        (Method::DELETE, Some(&max.token), 404),
        (Method::HEAD, None, 401),
        (Method::PATCH, None, 401),
        (Method::DELETE, None, 401),
    ] {
        let mut asked = world.ask(method.clone(), &path);
        if let Some(token) = token {
            asked = asked.bearer_auth(token);
        }
        let asked = asked
            .header("upload-offset", PART)
            .header("upload-complete", "?0")
            .body(bytes[PART..2 * PART].to_vec());
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{method}");
    }
    assert_eq!(own.stands().await, (PART, false));
    // The same bytes in a session of one's own are another upload.
    assert_eq!(Upload::of(&max, &bytes).stands().await, (0, false));
}

#[tokio::test]
async fn who_has_handed_the_session_over_uploads_nothing() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = large(1);
    let upload = Upload::of(&erika, &bytes);
    upload.append(0, &bytes[..PART], false).await;
    let code = begun(&erika).await;
    let (phone, digits) = asking(&erika, &code).await;
    assert!(confirms(&erika, &digits).await.status().is_success());
    let part = upload.append(PART, &bytes[PART..], true).await;
    problem(part, 409, "handed_over").await;
    let asked = upload.ask(Method::HEAD).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::CONFLICT);
    let given_up = upload.ask(Method::DELETE).send().await.unwrap();
    problem(given_up, 409, "handed_over").await;
    // The other device goes on with it.
    let there = Upload::of(&phone, &bytes);
    assert_eq!(there.stands().await, (PART, false));
}

#[tokio::test]
async fn what_is_given_up_is_gone_and_an_image_stays() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = large(1);
    let upload = Upload::of(&erika, &bytes);
    upload.append(0, &bytes[..2 * PART], false).await;
    for _ in 0..2 {
        let given_up = upload.ask(Method::DELETE).send().await.unwrap();
        assert_eq!(given_up.status(), StatusCode::NO_CONTENT);
        assert_eq!(upload.stands().await, (0, false));
    }
    let session = erika.session.parse().unwrap();
    assert_eq!(world.blobs.unfinished(&session).await.unwrap(), 0);
    assert_eq!(erika.upload(bytes).await.status(), StatusCode::CREATED);
    upload.ask(Method::DELETE).send().await.unwrap();
    assert!(is_shown(&erika, &upload.name).await);
}

#[tokio::test]
async fn what_is_not_taken_whole_is_not_taken_in_parts() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let session = erika.session.parse().unwrap();

    // Told with the first part, before the rest is sent.
    for (what, code) in [
        (vec![b'x'; 2 * PART], "not_an_image"),
        (
            [b"%PDF-1.7".to_vec(), vec![0; PART]].concat(),
            "pdf_not_allowed",
        ),
    ] {
        let upload = Upload::of(&erika, &what);
        problem(upload.append(0, &what[..PART], false).await, 415, code).await;
        assert_eq!(upload.stands().await, (0, false));
    }

    // Other bytes than were announced, and half of them.
    let bytes = large(1);
    let mut others = bytes.clone();
    others[PART + 9] ^= 1;
    let half = bytes[..2 * PART].to_vec();
    for (name, sent, code) in [
        (digest(&bytes), others, "digest_mismatch"),
        (digest(&half), half, "image_damaged"),
    ] {
        let upload = Upload { by: &erika, name };
        upload.append(0, &sent[..PART], false).await;
        let whole = upload.append(PART, &sent[PART..], true).await;
        problem(whole, 422, code).await;
        assert_eq!(upload.stands().await, (0, false));
        assert!(!is_shown(&erika, &upload.name).await);
    }
    assert_eq!(world.blobs.unfinished(&session).await.unwrap(), 0);
}

#[tokio::test]
async fn the_header_of_a_part_is_read_strictly() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = large(1);
    let upload = Upload::of(&erika, &bytes);
    let part = || upload.ask(Method::PATCH).body(bytes[..PART].to_vec());
    for wrong in [
        part(),
        part().header("upload-offset", "0"),
        part().header("upload-complete", "?0"),
        part()
            .header("upload-offset", "-1")
            .header("upload-complete", "?0"),
        part()
            .header("upload-offset", "0")
            .header("upload-complete", "yes"),
    ] {
        problem(wrong.send().await.unwrap(), 400, "malformed").await;
    }
    let nothing = Upload {
        by: &erika,
        name: "..".into(),
    };
    assert_eq!(nothing.append(0, &bytes, true).await.status(), 404);
}

#[tokio::test]
async fn parts_are_bounded_in_size_and_in_number() {
    let mut stage = Stage::new();
    stage.config.limits.images_per_session = 1;
    let world = World::on(&stage).await;
    let erika = world.applicant("one").await;
    let session = erika.session.parse().unwrap();
    let limit = 1024 * 1024;
    let head = large(1);
    let padded = |length: usize| {
        let mut bytes = head.clone();
        bytes.resize(length, 0);
        bytes
    };

    // One request.
    let upload = Upload::of(&erika, &head);
    let told = upload.append(0, &padded(limit + 1), false).await;
    assert_eq!(problem(told, 413, "too_large").await["limit"], limit);
    let (mut offset, _) = upload.stands().await;
    assert!(offset > limit - 2 * PART, "what arrived stays: {offset}");

    // The whole of it.
    let most = erika.read().await["flow"]["images"]["max_bytes"].as_u64();
    let most = usize::try_from(most.unwrap()).unwrap();
    let told = loop {
        let told = upload.append(offset, &padded(limit), false).await;
        if told.status() != StatusCode::NO_CONTENT {
            break told;
        }
        offset = offset_of(&told);
        assert!(offset <= most);
    };
    assert_eq!(problem(told, 413, "too_large").await["limit"], most);
    assert_eq!(upload.stands().await, (0, false));

    // Of three, the one that was begun first is given up.
    let files = [large(1), large(2), large(3)];
    for file in &files {
        world.pass(Duration::from_secs(1));
        let part = Upload::of(&erika, file)
            .append(0, &file[..PART], false)
            .await;
        assert_eq!(part.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(world.blobs.unfinished(&session).await.unwrap(), 2);
    assert_eq!(Upload::of(&erika, &files[0]).stands().await, (0, false));
    assert_eq!(Upload::of(&erika, &files[1]).stands().await, (PART, false));

    // Where there are as many images as there may be, none is begun.
    let third = Upload::of(&erika, &files[2]);
    let whole = third.append(PART, &files[2][PART..], true).await;
    assert_eq!(whole.status(), StatusCode::CREATED);
    let another = Upload::of(&erika, &files[0]);
    let told = another.append(0, &files[0][..PART], false).await;
    problem(told, 409, "images_exhausted").await;
    let second = Upload::of(&erika, &files[1]);
    let whole = second.append(PART, &files[1][PART..], true).await;
    problem(whole, 409, "images_exhausted").await;
}

#[tokio::test]
async fn an_upload_is_counted_once_however_many_parts_it_has() {
    let mut config = config();
    config.limits.upload_burst = 2;
    let world = World::with(config, None).await;
    let erika = world.applicant("one").await;
    let bytes = large(1);
    let upload = Upload::of(&erika, &bytes);
    upload.append(0, &bytes[..PART], false).await;
    upload.append(PART, &bytes[PART..2 * PART], false).await;
    let whole = upload.append(2 * PART, &bytes[2 * PART..], true).await;
    assert_eq!(whole.status(), StatusCode::CREATED);
    erika.photo(1).await;
    let other = large(2);
    let told = Upload::of(&erika, &other)
        .append(0, &other[..PART], false)
        .await;
    problem(told, 429, "rate_limited").await;
}

#[tokio::test]
async fn what_nobody_comes_back_for_is_removed_after_a_day() {
    let stage = Stage::new();
    let world = World::on(&stage).await;
    let erika = world.applicant("one").await;
    let session = erika.session.parse().unwrap();
    let (old, young) = (large(1), large(2));
    Upload::of(&erika, &old)
        .append(0, &old[..PART], false)
        .await;
    world.pass(Duration::from_secs(13 * 60 * 60));
    Upload::of(&erika, &young)
        .append(0, &young[..PART], false)
        .await;
    world.pass(Duration::from_secs(12 * 60 * 60));
    assert_eq!(world.blobs.unfinished(&session).await.unwrap(), 2);
    // A server looks when it starts, and every hour.
    let _another = World::on(&stage).await;
    let swept = async {
        while world.blobs.unfinished(&session).await.unwrap() == 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), swept)
        .await
        .unwrap();
    assert_eq!(world.blobs.unfinished(&session).await.unwrap(), 1);
    let young = digest(&young).parse().unwrap();
    let left = world.blobs.parts(&session, &young).await;
    assert_eq!(left.unwrap(), 1);
}

#[tokio::test]
async fn a_session_that_is_over_takes_no_parts_and_erasing_it_leaves_none() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let bytes = large(1);
    let (session, name) = (
        erika.session.parse().unwrap(),
        digest(&bytes).parse().unwrap(),
    );
    let upload = Upload::of(&erika, &bytes);
    upload.append(0, &bytes[..PART], false).await;

    // While the next part is on its way.
    let (first, go_on) = (bytes[PART..PART + 9].to_vec(), oneshot::channel::<()>());
    let rest = bytes[PART + 9..].to_vec();
    let (sent, has_sent) = oneshot::channel::<()>();
    let slow = futures_util::stream::once(async move {
        sent.send(()).unwrap();
        Ok::<_, std::io::Error>(first)
    })
    .chain(futures_util::stream::once(async move {
        go_on.1.await.unwrap();
        Ok(rest)
    }));
    let sending = upload
        .part(PART, false)
        .body(Body::wrap_stream(slow))
        .send();
    let erasing = async {
        has_sent.await.unwrap();
        let path = format!("/integrator/v1/sessions/{}", erika.session);
        let erased = world.ask(Method::DELETE, &path).bearer_auth(API_KEY);
        assert_eq!(erased.send().await.unwrap().status(), 204);
        assert_eq!(world.blobs.parts(&session, &name).await.unwrap(), 0);
        go_on.0.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(sending, erasing);
    assert!(!answer.unwrap().status().is_success());
    assert_eq!(world.blobs.parts(&session, &name).await.unwrap(), 0);
    assert_eq!(world.blobs.unfinished(&session).await.unwrap(), 0);
}
