use domain::{AccountId, CommandId, IdError, MessageId, Position, Sequence, Shard};
use proptest::prelude::*;

/// 2025-01-01T00:00:00Z in seconds, where account ids begin.
const EPOCH_S: i64 = 1_735_689_600;
const SECONDS_MAX: i64 = (1 << 32) - 1;
/// The largest number that every double below it can tell from its neighbours.
const DOUBLE_MAX: i64 = (1 << 53) - 1;

fn sequence(value: u64) -> Sequence {
    Sequence::new(value).expect("it is within bounds")
}

#[test]
fn only_canonical_decimals_are_ids() {
    for text in [
        "",
        "0",
        "00",
        "01",
        "007",
        "-1",
        "-0",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "1_0",
        "1,0",
        "1.0",
        "1e3",
        "0x1",
        "a",
        "\u{661}",
        "\u{ff11}",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775808",
        "99999999999999999999999999999999999999999",
    ] {
        assert_eq!(text.parse::<MessageId>(), Err(IdError), "{text:?}");
        assert_eq!(text.parse::<AccountId>(), Err(IdError), "{text:?}");
        let json = serde_json::json!(text);
        assert!(serde_json::from_value::<MessageId>(json.clone()).is_err(), "{text:?}");
        assert!(serde_json::from_value::<AccountId>(json).is_err(), "{text:?}");
    }
    for json in ["1", "-1", "1.0", "null", "true", "[\"1\"]", "{}"] {
        assert!(serde_json::from_str::<MessageId>(json).is_err(), "{json}");
        assert!(serde_json::from_str::<AccountId>(json).is_err(), "{json}");
    }
    assert_eq!("9223372036854775807".parse::<MessageId>().map(MessageId::get), Ok(i64::MAX));
}

#[test]
fn an_id_is_read_from_json_however_its_digits_are_escaped() {
    let id: AccountId = serde_json::from_str(r#""\u0034\u0032""#).expect("it is 42");
    assert_eq!(id.get(), 42);
}

#[test]
fn sequences_and_positions_have_their_bounds() {
    assert_eq!(Sequence::new(0), Some(Sequence::ZERO));
    assert_eq!(Sequence::new(Sequence::MAX.get()), Some(Sequence::MAX));
    assert_eq!(Sequence::new(Sequence::MAX.get() + 1), None);
    assert_eq!((Sequence::ZERO.next().get(), Sequence::MAX.next()), (1, Sequence::MAX));
    assert_eq!(Position::new(Sequence::MAX, Shard(255)).get(), i64::MAX);
    assert_eq!(Position::new(Sequence::ZERO, Shard(0)), Position::ZERO);
    assert_eq!((Position::from_i64(-1), Position::from_i64(i64::MIN)), (None, None));
    assert_eq!((AccountId::from_i64(0), AccountId::from_i64(-1)), (None, None));
}

#[test]
fn account_ids_last_from_2025_to_2161() {
    let of = |seconds| AccountId::from_parts(seconds, Shard(255), u16::MAX);
    for outside in [i64::MIN, -1, 0, EPOCH_S - 1, EPOCH_S, EPOCH_S + SECONDS_MAX + 1, i64::MAX] {
        assert_eq!(of(outside), None, "{outside}");
    }
    assert_eq!(of(EPOCH_S + SECONDS_MAX).map(AccountId::get), Some(DOUBLE_MAX));
    assert_eq!(AccountId::from_parts(EPOCH_S + 1, Shard(0), 0).map(AccountId::get), Some(1 << 21));
}

#[test]
fn an_id_is_drawn_from_every_second_until_now() {
    let of = |now, second| {
        AccountId::drawn_until(now, second, Shard(0), 5).map(|id| (id.get() >> 21, id.get() & 0x1fff))
    };
    for (second, drawn) in [(0, 1), (1, 2), (9, 10), (10, 1), (u32::MAX, 6)] {
        assert_eq!(of(EPOCH_S + 10, second), Some((drawn, 5)), "{second}");
    }
    for outside in [i64::MIN, 0, EPOCH_S] {
        assert_eq!(of(outside, 7), None, "{outside}");
    }
    assert_eq!(of(EPOCH_S + SECONDS_MAX, u32::MAX), Some((1, 5)));
}

#[test]
fn a_double_holds_the_message_ids_of_a_log_of_2_to_the_45_events() {
    let last = MessageId::at(Position::new(sequence((1 << 45) - 1), Shard(255)));
    assert_eq!(last.get(), DOUBLE_MAX);
    assert_eq!((last.get() as f64) as i64, last.get());
}

proptest! {
    #[test]
    fn ids_survive_text_and_json(value in 1..=i64::MAX) {
        let message: MessageId = value.to_string().parse().expect("it is canonical");
        let account: AccountId = value.to_string().parse().expect("it is canonical");
        prop_assert_eq!((message.get(), account.get()), (value, value));
        prop_assert_eq!((message.to_string(), account.to_string()), (value.to_string(), value.to_string()));
        let json = serde_json::to_string(&(message, account)).expect("ids can be written");
        prop_assert_eq!(&json, &format!("[\"{value}\",\"{value}\"]"));
        let read: (MessageId, AccountId) = serde_json::from_str(&json).expect("they were just written");
        prop_assert_eq!(read, (message, account));
    }

    #[test]
    fn no_other_text_names_an_id(text in "[-+ ]?[0-9]{0,22}") {
        let parsed = text.parse::<AccountId>();
        prop_assert_eq!(parsed.is_ok(), parsed.is_ok_and(|id| id.to_string() == text));
        let number = text.parse::<i64>().ok().filter(|number| *number > 0 && number.to_string() == text);
        prop_assert_eq!(parsed.ok().map(AccountId::get), number);
    }

    #[test]
    fn a_position_is_its_sequence_and_shard(value in 0..=Sequence::MAX.get(), shard: u8) {
        let position = Position::new(sequence(value), Shard(shard));
        prop_assert!(position.get() >= 0);
        prop_assert_eq!((position.sequence(), position.shard()), (sequence(value), Shard(shard)));
        prop_assert_eq!(Position::from_i64(position.get()), Some(position));
        let id = MessageId::at(position);
        prop_assert_eq!((id.position(), id.get(), id.to_string()), (position, position.get(), position.to_string()));
    }

    #[test]
    fn positions_sort_like_their_log(a in 0..=Sequence::MAX.get(), b in 0..=Sequence::MAX.get(), shard: u8) {
        let (a, b) = (sequence(a), sequence(b));
        prop_assert_eq!(Position::new(a, Shard(shard)).cmp(&Position::new(b, Shard(shard))), a.cmp(&b));
    }

    #[test]
    fn account_ids_are_positive_and_sort_by_time(
        a in 1..=SECONDS_MAX, b in 1..=SECONDS_MAX, shards: (u8, u8), random: (u16, u16),
    ) {
        let of = |seconds, shard, random| AccountId::from_parts(EPOCH_S + seconds, Shard(shard), random);
        let first = of(a, shards.0, random.0).expect("it is within bounds");
        let second = of(b, shards.1, random.1).expect("it is within bounds");
        prop_assert!(first.get() > 0);
        prop_assert_eq!((first.get() as f64) as i64, first.get());
        prop_assert!(a >= b || first < second);
        let random_bits = i64::from(random.0) & 0x1fff;
        prop_assert_eq!(first.get(), a << 21 | i64::from(shards.0) << 13 | random_bits);
    }

    #[test]
    fn commands_are_derived_from_actor_and_key_alone(a in 1..=i64::MAX, b in 1..=i64::MAX, key: String, other: String) {
        let of = |actor, key: &str| {
            CommandId::derived(AccountId::from_i64(actor).expect("it is positive"), key)
        };
        prop_assert_eq!(of(a, &key), of(a, &key));
        prop_assert_eq!(of(a, &key) == of(b, &other), a == b && key == other);
        let for_nobody = CommandId::derived_for_nobody;
        prop_assert_eq!(for_nobody(&key) == for_nobody(&other), key == other);
        prop_assert_ne!(for_nobody(&key), of(a, &other));
    }
}
