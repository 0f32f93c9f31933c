//! Reads everything and compares it.

use serde_json::{Value, json};

use super::Case;
use crate::people::model::{Edge, Item, What, Who};

impl Case<'_> {
    pub(super) async fn check(&self, analyst: &str) {
        let standing: Vec<Who> = (0..self.people.len()).filter(|who| self.model.stands(*who)).collect();
        // The whole page is asked for: a case has fewer things than fit on one.
        let Some(&reader) = standing.first() else { return };
        for who in 0..self.people.len() {
            if self.model.stands(who) {
                self.check_account(who).await;
                self.check_own_pages(who).await;
            } else {
                self.read(&format!("/v1/accounts/{}", self.people[who].id), reader, 404).await;
            }
        }
        for message in 0..self.model.messages.len() {
            if self.model.messages[message].is_live {
                self.check_message(message, reader).await;
            } else {
                let path = format!("/v1/messages/{}", self.model.messages[message].id);
                let answer = self.api.get(&path, &self.people[reader].token).await;
                assert!(matches!(answer.status, 404 | 410), "{answer:?}");
            }
            if self.model.has_place(message) {
                self.check_thread(message, reader).await;
            } else {
                let path = format!("/v1/messages/{}/thread", self.model.messages[message].id);
                let answer = self.api.get(&path, &self.people[reader].token).await;
                assert!(matches!(answer.status, 404 | 410), "{answer:?}");
            }
        }
        self.check_lists(reader, analyst).await;
    }

    async fn read(&self, path: &str, reader: Who, status: u16) -> Value {
        self.api.get(path, &self.people[reader].token).await.expect(status).body
    }

    fn accounts(&self, edges: &[Edge], other: impl Fn(&Edge) -> Who) -> Vec<String> {
        edges.iter().map(|edge| self.people[other(edge)].id.clone()).collect()
    }

    fn id(&self, message: What) -> String {
        self.model.messages[message].id.to_string()
    }

    async fn check_account(&self, who: Who) {
        let id = &self.people[who].id;
        let profile = self.read(&format!("/v1/accounts/{id}"), who, 200).await;
        let (followers, following) = (self.model.followers(who), self.model.following(who));
        let found = (&profile["followers"], &profile["following"], &profile["messages"]);
        let expected = (followers.len(), following.len(), self.model.messages_by(who));
        assert_eq!(found, (&json!(expected.0), &json!(expected.1), &json!(expected.2)), "{profile}");
        let page = self.read(&format!("/v1/accounts/{id}/followers?limit=100"), who, 200).await;
        assert_eq!(ids(&page), self.accounts(&followers, |edge| edge.who));
        let page = self.read(&format!("/v1/accounts/{id}/following?limit=100"), who, 200).await;
        assert_eq!(ids(&page), self.accounts(&following, |edge| edge.target));
        let page = self.read(&format!("/v1/accounts/{id}/likes?limit=100"), who, 200).await;
        let liked: Vec<String> = self.model.likes_by(who).iter().map(|edge| self.id(edge.target)).collect();
        assert_eq!(ids(&page), liked);
        let page = self.read(&format!("/v1/accounts/{id}/replies?limit=100"), who, 200).await;
        let replies: Vec<String> =
            self.model.replies_by(who).iter().map(|message| self.id(*message)).collect();
        assert_eq!(ids(&page), replies);
        let page = self.read(&format!("/v1/accounts/{id}/messages?limit=100"), who, 200).await;
        assert_eq!(page, self.items(&self.model.own_items(who), &page));
    }

    async fn check_own_pages(&self, who: Who) {
        let timeline = self.model.timeline(who);
        let page = self.read("/v1/timeline?limit=100", who, 200).await;
        assert_eq!(page, self.items(&timeline, &page), "timeline of {who}");
        let news = self.read("/v1/timeline/updates?since=0&limit=100", who, 200).await;
        assert_eq!(news["items"], self.items(&timeline, &news["items"]), "updates of {who}");
        let page = self.read("/v1/bookmarks?limit=100", who, 200).await;
        let bookmarked: Vec<String> =
            self.model.bookmarks_by(who).iter().map(|edge| self.id(edge.target)).collect();
        assert_eq!(ids(&page), bookmarked, "bookmarks of {who}");
        let page = self.read("/v1/notifications?limit=100", who, 200).await;
        let expected: Vec<Value> = self
            .model
            .notices(who)
            .iter()
            .map(|notice| {
                let message = notice.message.map(|message| self.id(message));
                json!([notice.position.to_string(), notice.kind, self.people[notice.actor].id, message])
            })
            .collect();
        let items = page["items"].as_array().expect("there are items").iter();
        let found: Vec<Value> = items
            .map(|item| json!([item["position"], item["kind"], item["account"]["id"], item["message"]]))
            .collect();
        assert_eq!(found, expected, "notifications of {who}");
        assert_eq!(page["unread"], json!(self.model.unread(who)), "unread of {who}");
    }

    /// What a page of these items should be. What the model does not know of a message, its times, is taken as found.
    fn items(&self, items: &[Item], found: &Value) -> Value {
        let expected = items.iter().enumerate().map(|(index, item)| {
            let reposter = item.reposter.map(|who| &self.people[who]);
            let mut message = found[index]["message"].clone();
            let expected = &self.model.messages[item.message];
            message["id"] = json!(self.id(item.message));
            message["text"] = json!(expected.text);
            message["author"]["id"] = json!(self.people[expected.author].id);
            message["likes"] = json!(self.model.likes_of(item.message).len());
            message["reposts"] = json!(self.model.reposts_of(item.message).len());
            message["replies"] = json!(self.model.replies_to(item.message).len());
            let mut reposted_by = found[index]["repostedBy"].clone();
            match reposter {
                None => reposted_by = Value::Null,
                Some(person) => reposted_by["id"] = json!(person.id),
            }
            let mut whole = found[index].clone();
            whole["position"] = json!(item.position.to_string());
            whole["repostedBy"] = reposted_by;
            whole["message"] = message;
            whole
        });
        expected.collect()
    }

    async fn check_message(&self, message: What, reader: Who) {
        let path = format!("/v1/messages/{}", self.id(message));
        let (likes, reposts) = (self.model.likes_of(message), self.model.reposts_of(message));
        let replies = self.model.replies_to(message);
        let found = self.read(&path, reader, 200).await;
        let counts = json!([found["likes"], found["reposts"], found["replies"]]);
        assert_eq!(counts, json!([likes.len(), reposts.len(), replies.len()]), "{found}");
        let by_reader = |edges: &[Edge]| edges.iter().any(|edge| edge.who == reader);
        let flags = json!([found["liked"], found["reposted"], found["bookmarked"]]);
        let bookmarked = self.model.bookmarks_by(reader).iter().any(|edge| edge.target == message);
        assert_eq!(flags, json!([by_reader(&likes), by_reader(&reposts), bookmarked]), "{found}");
        let page = self.read(&format!("{path}/likes?limit=100"), reader, 200).await;
        assert_eq!(ids(&page), self.accounts(&likes, |edge| edge.who));
        let page = self.read(&format!("{path}/reposts?limit=100"), reader, 200).await;
        assert_eq!(ids(&page), self.accounts(&reposts, |edge| edge.who));
    }

    /// Of a message that is there, and of one whose place is.
    async fn check_thread(&self, message: What, reader: Who) {
        let path = format!("/v1/messages/{}", self.id(message));
        let part = |message: &What| (self.id(*message), !self.model.messages[*message].is_live);
        let replies: Vec<_> = self.model.places_below(message).iter().map(part).collect();
        let page = self.read(&format!("{path}/replies?limit=100"), reader, 200).await;
        assert_eq!(parts(&page), replies, "replies to {message}");
        let thread = self.read(&format!("{path}/thread?limit=100"), reader, 200).await;
        let ancestors: Vec<_> = self.model.places_above(message).iter().map(part).collect();
        assert_eq!(parts(&thread["ancestors"]), ancestors, "above {message}");
        assert_eq!(parts(&json!([thread["message"]])), [part(&message)]);
        assert_eq!(thread["replies"], page);
    }

    async fn check_lists(&self, reader: Who, analyst: &str) {
        let path = format!("/v1/messages?tag={}", self.tag);
        let live = self.model.live_messages();
        let page = self.read(&format!("{path}&limit=100"), reader, 200).await;
        let expected: Vec<String> = live.iter().map(|message| self.id(*message)).collect();
        assert_eq!(ids(&page), expected);
        let count = self.api.get(&format!("{path}&count=1"), analyst).await.expect(200);
        assert_eq!(count.body, json!(live.len()));
        self.check_searches(&expected, reader, analyst).await;
    }

    /// Every text says "by", and has the tag of the case and no other.
    async fn check_searches(&self, expected: &[String], reader: Who, analyst: &str) {
        let tag = &self.tag;
        for list in [
            format!("/v1/search?q=by&tag={tag}"),
            format!("/v1/search?q=by+-unheard&tag={tag}"),
            format!("/v1/messages?tagAny={tag}&tagAny=unheard&tagNone=unknown"),
        ] {
            assert_eq!(ids(&self.read(&format!("{list}&limit=100"), reader, 200).await), expected, "{list}");
        }
        let page = self.read(&format!("/v1/search?q=unheard&tag={tag}"), reader, 200).await;
        assert_eq!(page, json!([]));
        let counted = format!("/v1/messages?tagAny={tag}&tagAny=unheard&count=1");
        assert_eq!(self.api.get(&counted, analyst).await.expect(200).body, json!(expected.len()));
        let top = self.read("/v1/tags?window=24h&limit=100", reader, 200).await;
        let mut top = top["tags"].as_array().expect("a list").iter();
        let found =
            top.find(|top| top["tag"] == json!(tag)).map_or(0, |top| top["messages"].as_u64().unwrap_or(0));
        assert_eq!(found, expected.len() as u64, "{tag}");
    }
}

fn ids(page: &Value) -> Vec<String> {
    let items = page.as_array().expect("a list is an array").iter();
    items.map(|item| item["id"].as_str().expect("everything has an id").to_owned()).collect()
}

/// Ids, and whether they are of deleted messages.
fn parts(list: &Value) -> Vec<(String, bool)> {
    let deleted =
        list.as_array().expect("a list is an array").iter().map(|part| part["deleted"] == json!(true));
    ids(list).into_iter().zip(deleted).collect()
}
