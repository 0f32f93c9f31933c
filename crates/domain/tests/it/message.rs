//! The rules of a message, each rejection in the order of the contract.

use cqrs_es::test::TestFramework;
use domain::message::{
    Actor, DeleteMessage, EditMessage, ExpectedEdition, Message, MessageCommand, MessageRejection,
    PostMessage, ReplyTarget,
};
use domain::{
    AccountId, MessageDeleted, MessageEdited, MessageEvent, MessageId, MessagePosted, OriginalTime, Tags,
    Text,
};
use time::macros::datetime;

const AUTHOR: i64 = 42;
const STRANGER: i64 = 43;
const ADMIN: i64 = 1;

fn account(id: i64) -> AccountId {
    AccountId::from_i64(id).expect("the tests use positive ids")
}

fn id(id: &str) -> MessageId {
    id.parse().expect("the tests use good ids")
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("the tests use good texts")
}

fn tags(tags: &[&str]) -> Tags {
    Tags::parse(tags.iter().copied()).expect("the tests use good tags")
}

fn posted() -> MessageEvent {
    MessageEvent::Posted(MessagePosted {
        author: account(AUTHOR),
        text: text("one"),
        tags: tags(&["a", "b"]),
        in_reply_to: None,
        original_time: None,
    })
}

fn edited(edition: u32, words: &str, words_of_tags: &[&str]) -> MessageEvent {
    MessageEvent::Edited(MessageEdited {
        message: id("256"),
        author: account(AUTHOR),
        edition,
        text: text(words),
        tags: tags(words_of_tags),
        original_time: None,
    })
}

fn deleted(by: i64) -> MessageEvent {
    MessageEvent::Deleted(MessageDeleted {
        message: id("256"),
        author: account(AUTHOR),
        deleted_by: account(by),
        original_time: None,
    })
}

fn post() -> PostMessage {
    PostMessage {
        author: account(AUTHOR),
        text: text("one"),
        tags: tags(&["a", "b"]),
        in_reply_to: None,
        original_time: None,
    }
}

fn actor(id: i64) -> Actor {
    Actor { account: account(id), is_admin: id == ADMIN }
}

/// An edit that would change the text, at any edition.
fn edit(by: i64) -> EditMessage {
    EditMessage {
        actor: actor(by),
        message: id("256"),
        expected: ExpectedEdition::Any,
        text: Some(text("two")),
        tags: None,
        original_time: None,
    }
}

fn delete(by: i64) -> MessageCommand {
    MessageCommand::Delete(DeleteMessage { actor: actor(by), message: id("256"), original_time: None })
}

async fn accepted(given: &[MessageEvent], when: MessageCommand, then: &[MessageEvent]) {
    let framework = TestFramework::<Message>::with(()).given(given.to_vec());
    framework.when_async(when).await.then_expect_events(then.to_vec());
}

async fn rejected(given: &[MessageEvent], when: MessageCommand, then: MessageRejection) {
    let framework = TestFramework::<Message>::with(()).given(given.to_vec());
    framework.when_async(when).await.then_expect_error(then);
}

#[tokio::test]
async fn a_post_is_posted() {
    accepted(&[], MessageCommand::Post(post()), &[posted()]).await;
}

#[tokio::test]
async fn a_reply_to_a_known_message_is_posted() {
    let target = ReplyTarget { message: id("256"), exists: true, is_blocked: false };
    let reply = PostMessage { in_reply_to: Some(target), ..post() };
    let MessageEvent::Posted(plain) = posted() else { unreachable!("it is a post") };
    let event = MessageEvent::Posted(MessagePosted { in_reply_to: Some(id("256")), ..plain });
    accepted(&[], MessageCommand::Post(reply), &[event]).await;
}

#[tokio::test]
async fn a_reply_to_an_unknown_message_is_rejected() {
    let target = ReplyTarget { message: id("256"), exists: false, is_blocked: false };
    let reply = PostMessage { in_reply_to: Some(target), ..post() };
    rejected(&[], MessageCommand::Post(reply), MessageRejection::ReplyTargetMustExist).await;
}

#[tokio::test]
async fn nobody_answers_an_account_that_blocks_them_or_that_they_block() {
    let target = ReplyTarget { message: id("256"), exists: true, is_blocked: true };
    let reply = PostMessage { in_reply_to: Some(target), ..post() };
    rejected(&[], MessageCommand::Post(reply), MessageRejection::AccountMustNotBeBlocked).await;
}

#[tokio::test]
async fn an_imported_post_keeps_its_time() {
    let time = datetime!(2009-02-13 23:31:30 UTC);
    let original_time = OriginalTime::parse(time, datetime!(2026-01-01 0:00 UTC), []).expect("it is past");
    let import = PostMessage { original_time: Some(original_time), ..post() };
    let MessageEvent::Posted(plain) = posted() else { unreachable!("it is a post") };
    let event = MessageEvent::Posted(MessagePosted { original_time: Some(time), ..plain });
    accepted(&[], MessageCommand::Post(import), &[event]).await;
}

#[tokio::test]
async fn an_edit_holds_the_new_edition_whole() {
    accepted(&[posted()], MessageCommand::Edit(edit(AUTHOR)), &[edited(2, "two", &["a", "b"])]).await;
    let retag = EditMessage { text: None, tags: Some(tags(&["c"])), ..edit(AUTHOR) };
    accepted(&[posted()], MessageCommand::Edit(retag), &[edited(2, "one", &["c"])]).await;
    let both = EditMessage { tags: Some(tags(&[])), ..edit(AUTHOR) };
    accepted(&[posted()], MessageCommand::Edit(both), &[edited(2, "two", &[])]).await;
}

#[tokio::test]
async fn editions_count_up_by_one() {
    let history = [posted(), edited(2, "two", &[]), edited(3, "three", &[])];
    let expecting = |edition| EditMessage { expected: ExpectedEdition::Exactly(edition), ..edit(AUTHOR) };
    accepted(&history, MessageCommand::Edit(expecting(3)), &[edited(4, "two", &[])]).await;
    for stale in [0, 1, 2, 4, u32::MAX] {
        let stale = MessageCommand::Edit(expecting(stale));
        rejected(&history, stale, MessageRejection::EditionMustMatch).await;
    }
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_no_event() {
    let same = EditMessage { text: Some(text("one")), tags: Some(tags(&["A", "b", "a"])), ..edit(AUTHOR) };
    accepted(&[posted()], MessageCommand::Edit(same), &[]).await;
    let nothing = EditMessage { text: None, ..edit(AUTHOR) };
    accepted(&[posted()], MessageCommand::Edit(nothing), &[]).await;
}

#[tokio::test]
async fn another_order_of_tags_is_another_edition() {
    let swapped = EditMessage { text: None, tags: Some(tags(&["b", "a"])), ..edit(AUTHOR) };
    accepted(&[posted()], MessageCommand::Edit(swapped), &[edited(2, "one", &["b", "a"])]).await;
}

#[tokio::test]
async fn an_edit_asks_first_whether_the_message_stands_then_whose_it_is_then_its_edition() {
    let stale = |by| MessageCommand::Edit(EditMessage { expected: ExpectedEdition::Exactly(9), ..edit(by) });
    let gone = [posted(), deleted(AUTHOR)];
    for by in [AUTHOR, STRANGER, ADMIN] {
        rejected(&[], stale(by), MessageRejection::MessageMustExist).await;
        rejected(&gone, stale(by), MessageRejection::MessageMustExist).await;
    }
    for by in [STRANGER, ADMIN] {
        rejected(&[posted()], stale(by), MessageRejection::ActorMustBeAuthor).await;
    }
    rejected(&[posted()], stale(AUTHOR), MessageRejection::EditionMustMatch).await;
    let unchanged =
        EditMessage { text: Some(text("one")), expected: ExpectedEdition::Exactly(9), ..edit(AUTHOR) };
    let unchanged = MessageCommand::Edit(unchanged);
    rejected(&[posted()], unchanged, MessageRejection::EditionMustMatch).await;
}

#[tokio::test]
async fn authors_and_admins_delete_and_the_event_says_who() {
    accepted(&[posted()], delete(AUTHOR), &[deleted(AUTHOR)]).await;
    accepted(&[posted(), edited(2, "two", &[])], delete(ADMIN), &[deleted(ADMIN)]).await;
}

#[tokio::test]
async fn deleting_again_is_no_event() {
    for by in [AUTHOR, ADMIN] {
        accepted(&[posted(), deleted(ADMIN)], delete(by), &[]).await;
    }
}

#[tokio::test]
async fn a_deletion_asks_first_whether_the_message_was_there_then_whose_it_is() {
    for by in [AUTHOR, STRANGER, ADMIN] {
        rejected(&[], delete(by), MessageRejection::MessageMustExist).await;
    }
    rejected(&[posted()], delete(STRANGER), MessageRejection::ActorMustBeAuthor).await;
    // Who may not delete it may not learn by that whether somebody did.
    rejected(&[posted(), deleted(AUTHOR)], delete(STRANGER), MessageRejection::ActorMustBeAuthor).await;
}
