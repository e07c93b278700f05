//! Who was let in by another device gives the session back, and nobody gives what they have not got.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::handover::{
    asking, begun, confirms, is_out, let_in, presents, standing, takes_back, waits,
};
use crate::harness::{Applicant, World, config, photo, problem};

async fn gives_back(device: &Applicant<'_>) -> Response {
    let answer = device.ask(Method::POST, "/handover/give-back").send();
    answer.await.unwrap()
}

#[tokio::test]
async fn a_device_gives_the_session_back_and_the_one_that_let_it_in_goes_on() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let code = begun(&desk).await;
    let (phone, digits) = asking(&desk, &code).await;
    confirms(&desk, &digits).await;
    phone.begin().await;
    let link = phone.ask(Method::POST, "/links").send().await.unwrap();
    let link: Value = link.json().await.unwrap();
    let by_link = world.applicant_by(link["link"].as_str().unwrap()).await;
    let mut told = desk.stream().await;
    told.next().await.unwrap();

    // Its answer may have been lost, and two tabs may ask at once.
    for _ in 0..3 {
        let answer = gives_back(&phone).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(answer.text().await.unwrap(), "", "nobody gains anything");
    }
    told.next().await.unwrap();
    assert_eq!(standing(&desk).await, Value::Null);
    is_out(&phone).await;
    is_out(&by_link).await;
    let back = json!({ "type": "back" });
    problem(phone.post(&back, 1, "late").await, 401, "unauthorized").await;
    problem(phone.upload(photo(1)).await, 401, "unauthorized").await;
    problem(waits(&phone).await, 410, "handover_ended").await;
    // A yes that comes again late lets nobody in.
    problem(confirms(&desk, &digits).await, 410, "handover_ended").await;
    is_out(&phone).await;
    // What the phone did stays, and the desk is what it was before.
    desk.describe().await;
    assert_eq!(let_in(&desk).await.version().await, 2);
}

#[tokio::test]
async fn who_gave_the_session_back_takes_nothing_from_those_who_have_it_then() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let phone = let_in(&desk).await;
    assert_eq!(gives_back(&phone).await.status(), StatusCode::NO_CONTENT);
    let tablet = let_in(&desk).await;
    // The phone asks again, and has nothing to give any more.
    assert_eq!(gives_back(&phone).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(standing(&desk).await, json!({ "state": "agreed" }));
    tablet.begin().await;

    // Who was put out by the other device has left it, too.
    takes_back(&desk).await;
    assert_eq!(gives_back(&tablet).await.status(), StatusCode::NO_CONTENT);
    let code = begun(&desk).await;
    assert_eq!(gives_back(&tablet).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(presents(&world, &code).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn nobody_gives_back_what_they_were_not_given() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    problem(gives_back(&desk).await, 409, "not_let_in").await;
    let (phone, digits) = asking(&desk, &begun(&desk).await).await;
    // Who only asks learns nothing, and calls nothing off.
    problem(gives_back(&phone).await, 401, "unauthorized").await;
    confirms(&desk, &digits).await;
    problem(gives_back(&desk).await, 409, "not_let_in").await;

    let max = world.applicant("two").await;
    let elsewhere = |device: &Applicant<'_>, session: &str| Applicant {
        world: &world,
        session: session.to_owned(),
        token: device.token.clone(),
    };
    let wrong = elsewhere(&phone, &max.session);
    problem(gives_back(&wrong).await, 404, "not_found").await;
    problem(
        gives_back(&elsewhere(&max, &desk.session)).await,
        404,
        "not_found",
    )
    .await;
    let nobody = Applicant {
        token: "nonsense".to_owned(),
        ..elsewhere(&phone, &desk.session)
    };
    problem(gives_back(&nobody).await, 401, "unauthorized").await;
    let path = format!(
        "/applicant/v1/sessions/{}/handover/give-back",
        phone.session
    );
    let silent = world.post(&path).send().await.unwrap();
    problem(silent, 401, "unauthorized").await;
    phone.begin().await;
}

#[tokio::test]
async fn of_many_devices_in_a_row_the_last_one_gives_back_to_the_one_before_it() {
    let world = World::start().await;
    let desk = world.applicant("one").await;
    let phone = let_in(&desk).await;
    let tablet = let_in(&phone).await;
    problem(gives_back(&phone).await, 409, "handed_over").await;
    tablet.begin().await;
    assert_eq!(gives_back(&tablet).await.status(), StatusCode::NO_CONTENT);
    is_out(&tablet).await;
    phone.describe().await;
    assert_eq!(standing(&desk).await, json!({ "state": "agreed" }));
    problem(desk.upload(photo(1)).await, 409, "handed_over").await;
    assert_eq!(gives_back(&phone).await.status(), StatusCode::NO_CONTENT);
    let card = json!({ "type": "select_document", "country": "DE", "document": "passport" });
    desk.send(card).await;
}

#[tokio::test]
async fn giving_back_is_counted_as_every_request_of_a_device() {
    let mut config = config();
    config.limits.caller_per_second = 1;
    config.limits.caller_burst = 5;
    let world = World::with(config, None).await;
    let desk = world.applicant("one").await;
    let phone = let_in(&desk).await;
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(gives_back(&phone).await.status());
    }
    assert_eq!(answers[0], StatusCode::NO_CONTENT);
    assert!(answers.contains(&StatusCode::TOO_MANY_REQUESTS));
}
