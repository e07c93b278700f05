//! A session goes on at another device when the first one has said yes to it, and comes back when that one wants it back.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::{API_KEY, Applicant, Stage, World, config, photo, problem};

const MINUTES: Duration = Duration::from_secs(60);

/// The code for another device.
pub(crate) async fn begun(device: &Applicant<'_>) -> String {
    let answer = device.ask(Method::POST, "/handover").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let begun: Value = answer.json().await.unwrap();
    let (page, code) = begun["link"]
        .as_str()
        .unwrap()
        .split_once("#handover=")
        .unwrap();
    assert!(page.ends_with("/apply/"), "{page}");
    code.to_owned()
}

pub(crate) async fn presents(world: &World, code: &str) -> Response {
    world
        .post("/applicant/v1/handover")
        .json(&json!({ "code": code }))
        .send()
        .await
        .unwrap()
}

/// A device that waits to be let in, and the digits it shows.
pub(crate) async fn asking<'a>(device: &Applicant<'a>, code: &str) -> (Applicant<'a>, String) {
    let answer = presents(device.world, code).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let asking: Value = answer.json().await.unwrap();
    let other = Applicant {
        world: device.world,
        session: device.session.clone(),
        token: asking["token"].as_str().unwrap().to_owned(),
    };
    (other, asking["match"].as_str().unwrap().to_owned())
}

pub(crate) async fn confirms(device: &Applicant<'_>, digits: &str) -> Response {
    device
        .ask(Method::POST, "/handover/confirm")
        .json(&json!({ "match": digits }))
        .send()
        .await
        .unwrap()
}

pub(crate) async fn takes_back(device: &Applicant<'_>) {
    let answer = device.ask(Method::DELETE, "/handover").send();
    assert_eq!(answer.await.unwrap().status(), StatusCode::NO_CONTENT);
}

pub(crate) async fn waits(device: &Applicant<'_>) -> Response {
    let path = "/applicant/v1/handover";
    let asked = device.world.get(path).bearer_auth(&device.token);
    asked.send().await.unwrap()
}

pub(crate) async fn standing(device: &Applicant<'_>) -> Value {
    device.read().await["handover"].take()
}

/// Another device that was let in.
pub(crate) async fn let_in<'a>(device: &Applicant<'a>) -> Applicant<'a> {
    let (other, digits) = asking(device, &begun(device).await).await;
    let answer = confirms(device, &digits).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    other
}

pub(crate) async fn is_out(device: &Applicant<'_>) {
    let answer = device.ask(Method::GET, "").send().await.unwrap();
    problem(answer, 401, "unauthorized").await;
}

#[tokio::test]
async fn a_device_that_was_let_in_goes_on_and_the_first_one_reads_along() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    desk.begin().await;
    assert_eq!(standing(&desk).await, Value::Null);
    let code = begun(&desk).await;
    assert_eq!(standing(&desk).await["state"], "open");
    let mut told = desk.stream().await;
    told.next().await.unwrap();

    let (phone, digits) = asking(&desk, &code).await;
    assert_eq!(digits.len(), 3);
    // The first device is told at once, and shows the same.
    told.next().await.unwrap();
    let asked = standing(&desk).await;
    assert_eq!(
        (&asked["state"], &asked["match"]),
        (&json!("asked"), &json!(digits))
    );
    let waiting: Value = waits(&phone).await.json().await.unwrap();
    assert_eq!(
        (&waiting["state"], &waiting["match"]),
        (&json!("asked"), &json!(digits))
    );
    assert!(waiting.get("session").is_none());

    assert_eq!(
        confirms(&desk, &digits).await.status(),
        StatusCode::NO_CONTENT
    );
    // Its answer may have been lost.
    assert_eq!(
        confirms(&desk, &digits).await.status(),
        StatusCode::NO_CONTENT
    );
    let inside: Value = waits(&phone).await.json().await.unwrap();
    assert_eq!(inside["state"], "agreed");
    assert_eq!(inside["session"], desk.session);
    assert_eq!(standing(&desk).await, json!({ "state": "agreed" }));
    phone.describe().await;
    told.until(|told| told.data["version"] == 2).await;
    assert_eq!(desk.view().await["state"], "document_selection");
}

#[tokio::test]
async fn who_has_handed_over_moves_nothing_until_they_take_it_back() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    desk.begin().await;
    let phone = let_in(&desk).await;
    let details = json!({ "type": "back" });
    problem(desk.post(&details, 1, "late").await, 409, "handed_over").await;
    problem(desk.upload(photo(1)).await, 409, "handed_over").await;
    for rest in ["/links", "/handover"] {
        let answer = desk.ask(Method::POST, rest).send().await.unwrap();
        problem(answer, 409, "handed_over").await;
    }
    // What was accepted before and whose answer was lost is answered again.
    let start = json!({ "type": "start", "consent": { "version": "1", "locale": "en" } });
    assert_eq!(desk.post(&start, 0, "key-0").await.status(), StatusCode::OK);

    let mut told = phone.stream().await;
    told.next().await.unwrap();
    takes_back(&desk).await;
    takes_back(&desk).await;
    // The other device is told, and finds itself outside.
    told.next().await.unwrap();
    is_out(&phone).await;
    problem(phone.post(&details, 1, "phone").await, 401, "unauthorized").await;
    problem(waits(&phone).await, 410, "handover_ended").await;
    assert_eq!(standing(&desk).await, Value::Null);
    desk.describe().await;
}

#[tokio::test]
async fn before_the_first_device_says_yes_a_code_opens_nothing() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let code = begun(&desk).await;
    problem(world.exchange(&code).await, 401, "code_invalid").await;
    let bearer = |secret: &str| Applicant {
        world: &world,
        session: desk.session.clone(),
        token: secret.to_owned(),
    };
    is_out(&bearer(&code)).await;
    problem(waits(&bearer(&code)).await, 401, "unauthorized").await;
    problem(waits(&desk).await, 401, "unauthorized").await;

    let (phone, digits) = asking(&desk, &code).await;
    is_out(&phone).await;
    problem(phone.upload(photo(1)).await, 401, "unauthorized").await;
    for (method, rest) in [
        (Method::GET, "/stream"),
        (Method::POST, "/links"),
        (Method::POST, "/handover"),
        (Method::DELETE, "/handover"),
    ] {
        let answer = phone.ask(method, rest).send().await.unwrap();
        problem(answer, 401, "unauthorized").await;
    }
    // It cannot say yes to itself, and the session's own device only to what it sees.
    problem(confirms(&phone, &digits).await, 401, "unauthorized").await;
    let wrong = if digits == "000" { "001" } else { "000" };
    problem(confirms(&desk, wrong).await, 410, "handover_ended").await;
    is_out(&phone).await;
    assert_eq!(
        confirms(&desk, &digits).await.status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(phone.version().await, 0);
}

#[tokio::test]
async fn of_many_who_come_with_one_code_one_may_ask() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let code = begun(&desk).await;
    let answers = futures_util::future::join_all((0..16).map(|_| presents(&world, &code))).await;
    let (asking, refused): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer.status() == StatusCode::OK);
    assert_eq!(asking.len(), 1);
    for answer in refused {
        problem(answer, 401, "code_invalid").await;
    }
    problem(presents(&world, "nonsense").await, 401, "code_invalid").await;
    problem(presents(&world, &desk.token).await, 401, "code_invalid").await;
}

#[tokio::test]
async fn who_was_refused_has_no_way_in_and_neither_has_who_comes_too_late() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let (phone, digits) = asking(&desk, &begun(&desk).await).await;
    takes_back(&desk).await;
    problem(waits(&phone).await, 410, "handover_ended").await;
    problem(confirms(&desk, &digits).await, 410, "handover_ended").await;

    let called_off = begun(&desk).await;
    takes_back(&desk).await;
    problem(presents(&world, &called_off).await, 401, "code_invalid").await;

    let late = begun(&desk).await;
    world.pass(5 * MINUTES);
    problem(presents(&world, &late).await, 401, "code_invalid").await;
    assert_eq!(standing(&desk).await, Value::Null);

    let (slow, digits) = asking(&desk, &begun(&desk).await).await;
    world.pass(5 * MINUTES);
    problem(confirms(&desk, &digits).await, 410, "handover_ended").await;
    problem(waits(&slow).await, 410, "handover_ended").await;
    is_out(&slow).await;
}

#[tokio::test]
async fn a_hand_over_that_is_begun_again_ends_the_one_before() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let first = begun(&desk).await;
    let (phone, digits) = asking(&desk, &begun(&desk).await).await;
    problem(presents(&world, &first).await, 401, "code_invalid").await;
    let again = begun(&desk).await;
    problem(waits(&phone).await, 410, "handover_ended").await;
    problem(confirms(&desk, &digits).await, 410, "handover_ended").await;
    let (tablet, digits) = asking(&desk, &again).await;
    confirms(&desk, &digits).await;
    tablet.begin().await;
    is_out(&phone).await;
}

#[tokio::test]
async fn with_the_device_that_was_let_in_go_all_whom_it_let_in() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let phone = let_in(&desk).await;
    let link: Value = phone
        .ask(Method::POST, "/links")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let by_link = world.applicant_by(link["link"].as_str().unwrap()).await;
    let unused: Value = phone
        .ask(Method::POST, "/links")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let tablet = let_in(&phone).await;
    let code = begun(&tablet).await;
    assert_eq!((by_link.version().await, tablet.version().await), (0, 0));
    problem(phone.upload(photo(1)).await, 409, "handed_over").await;

    takes_back(&desk).await;
    for device in [&phone, &by_link, &tablet] {
        is_out(device).await;
    }
    let (_, unused) = unused["link"]
        .as_str()
        .unwrap()
        .split_once("#code=")
        .unwrap();
    problem(world.exchange(unused).await, 401, "code_invalid").await;
    problem(presents(&world, &code).await, 401, "code_invalid").await;
    desk.begin().await;
}

#[tokio::test]
async fn one_that_takes_back_what_it_was_given_leaves_the_device_before_it_where_it_was() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let phone = let_in(&desk).await;
    let tablet = let_in(&phone).await;
    takes_back(&phone).await;
    is_out(&tablet).await;
    phone.begin().await;
    assert_eq!(standing(&desk).await, json!({ "state": "agreed" }));
}

#[tokio::test]
async fn devices_do_not_let_one_another_in_without_end() {
    let world = World::start().await;
    let mut devices = vec![world.applicant("one").await];
    for _ in 0..4 {
        let next = let_in(devices.last().unwrap()).await;
        devices.push(next);
    }
    let last = devices.last().unwrap();
    last.begin().await;
    let answer = last.ask(Method::POST, "/handover").send().await.unwrap();
    problem(answer, 409, "devices_exhausted").await;
}

#[tokio::test]
async fn hand_overs_count_as_links() {
    let mut config = config();
    config.limits.link_burst = 2;
    let world = World::with(config, None).await;
    let desk = world.applicant("one").await;
    let phone = let_in(&desk).await;
    begun(&phone).await;
    for rest in ["/handover", "/links"] {
        let answer = phone.ask(Method::POST, rest).send().await.unwrap();
        assert!(answer.headers().contains_key("retry-after"));
        problem(answer, 429, "rate_limited").await;
    }
}

#[tokio::test]
async fn a_hand_over_outlives_the_server() {
    let stage = Stage::new();
    let world = World::on(&stage).await;
    let desk = world.applicant("one").await;
    let (phone, digits) = asking(&desk, &begun(&desk).await).await;
    let (session, desk, phone) = (desk.session, desk.token, phone.token);
    world.end().await;

    let world = World::on(&stage).await;
    let device = |token: &String| Applicant {
        world: &world,
        session: session.clone(),
        token: token.clone(),
    };
    let (desk, phone) = (device(&desk), device(&phone));
    assert_eq!(standing(&desk).await["match"], digits);
    assert_eq!(
        confirms(&desk, &digits).await.status(),
        StatusCode::NO_CONTENT
    );
    phone.begin().await;
}

#[tokio::test]
async fn a_session_that_has_ended_or_was_erased_goes_on_nowhere() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let code = begun(&desk).await;
    let other = world.applicant("two").await;
    let (phone, digits) = asking(&other, &begun(&other).await).await;
    let inside = let_in(&world.applicant("three").await).await;
    for session in [&desk.session, &other.session] {
        let path = format!("/integrator/v1/sessions/{session}/cancel");
        let cancel = world
            .post(&path)
            .bearer_auth(API_KEY)
            .header("idempotency-key", "a");
        assert_eq!(cancel.send().await.unwrap().status(), StatusCode::OK);
    }
    let answer = desk.ask(Method::POST, "/handover").send().await.unwrap();
    problem(answer, 409, "not_accepted").await;
    problem(presents(&world, &code).await, 409, "not_accepted").await;
    problem(confirms(&other, &digits).await, 409, "not_accepted").await;
    is_out(&phone).await;

    let path = format!("/integrator/v1/sessions/{}", inside.session);
    let erased = world
        .ask(Method::DELETE, &path)
        .bearer_auth(API_KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(erased.status(), StatusCode::NO_CONTENT);
    is_out(&inside).await;
    problem(waits(&inside).await, 401, "unauthorized").await;
}

#[tokio::test]
async fn a_hand_over_is_no_other_sessions_business() {
    let world = World::start().await;
    let (erika, mallory) = (world.applicant("one").await, world.applicant("two").await);
    let (phone, digits) = asking(&erika, &begun(&erika).await).await;
    problem(confirms(&mallory, &digits).await, 410, "handover_ended").await;
    takes_back(&mallory).await;
    let elsewhere = Applicant {
        world: &world,
        session: mallory.session.clone(),
        token: erika.token.clone(),
    };
    problem(confirms(&elsewhere, &digits).await, 404, "not_found").await;
    // Another device of the same session did not begin it.
    let link: Value = erika
        .ask(Method::POST, "/links")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let second = world.applicant_by(link["link"].as_str().unwrap()).await;
    problem(confirms(&second, &digits).await, 410, "handover_ended").await;
    takes_back(&second).await;
    assert_eq!(standing(&second).await, Value::Null);

    assert_eq!(
        confirms(&erika, &digits).await.status(),
        StatusCode::NO_CONTENT
    );
    let there = Applicant {
        world: &world,
        session: mallory.session.clone(),
        token: phone.token.clone(),
    };
    let answer = there.ask(Method::GET, "").send().await.unwrap();
    problem(answer, 404, "not_found").await;
    phone.begin().await;
}
