//! The hash chain of the trail. Every line has a number, without gaps, and a hash over the line before it and
//! its own content. If a line is changed, added or removed later, every hash after it is wrong. Knows no
//! deed's meaning.

use sha2::{Digest, Sha256};

use crate::db::{BINDS_AT_MOST, Source, Tx, Value, places, q};

/// The version of what a line's hash is made of. A later encoding gets another name, and old lines remain
/// verifiable with theirs.
const ENCODING: &str = "1";
/// Columns of a line, in the order of [`Line::values`]; its number and its hash follow.
const COLUMNS: &str = "id, at, person_id, who, agency_id, meeting_id, what, subject, before_json, after_json, \
                       audience, folded, seq, hash";
/// How many columns these are.
const WIDTH: usize = 14;
/// Lines written with one statement: as many as the limit on bound values allows.
pub(crate) const LINES_AT_ONCE: usize = BINDS_AT_MOST / WIDTH;

/// A line of the trail as stored, without its place in the chain.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) at: i64,
    pub(crate) person_id: Option<String>,
    pub(crate) who: String,
    pub(crate) agency_id: Option<String>,
    pub(crate) meeting_id: Option<String>,
    pub(crate) what: String,
    pub(crate) subject: String,
    pub(crate) before_json: String,
    pub(crate) after_json: String,
    pub(crate) audience: String,
    pub(crate) folded: String,
}

/// A line with its place.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct ChainedLine {
    #[sqlx(flatten)]
    pub(super) line: Line,
    pub(super) seq: i64,
    pub(super) hash: String,
}

impl Line {
    fn values(&self, seq: i64, hash: &str) -> [Value; WIDTH] {
        [
            (&self.id).into(),
            self.at.into(),
            self.person_id.clone().into(),
            (&self.who).into(),
            self.agency_id.clone().into(),
            self.meeting_id.clone().into(),
            (&self.what).into(),
            (&self.subject).into(),
            (&self.before_json).into(),
            (&self.after_json).into(),
            (&self.audience).into(),
            (&self.folded).into(),
            seq.into(),
            hash.into(),
        ]
    }

    /// The line's hash: `encoding:hex`. Each part is hashed with its length before it, so that two different
    /// lines never produce the same bytes.
    pub(super) fn hash(&self, before: &str, seq: i64) -> String {
        let mut digest = Sha256::new();
        let texts =
            [Some(ENCODING), Some(before), Some(&self.id), self.person_id.as_deref(), Some(&self.who)]
                .into_iter()
                .chain([self.agency_id.as_deref(), self.meeting_id.as_deref()])
                .chain(
                    [&self.what, &self.subject, &self.before_json, &self.after_json]
                        .map(|t| Some(t.as_str())),
                )
                .chain([&self.audience, &self.folded].map(|text| Some(text.as_str())));
        for text in texts {
            digest.update(text.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
            digest.update(text.unwrap_or_default());
        }
        for number in [seq, self.at] {
            digest.update(number.to_be_bytes());
        }
        format!("{ENCODING}:{}", hex::encode(digest.finalize()))
    }
}

/// Writes lines at the end of the chain. On PostgreSQL this is the last step of a transaction. All other
/// writers wait for the head, so the transaction holds it only for the commit, and waits for nothing itself.
pub(crate) async fn append(tx: &mut Tx, lines: &[Line]) -> Result<(), sqlx::Error> {
    let Some(last) = lines.last() else { return Ok(()) };
    if tx.is_postgres() {
        share_named(tx, lines).await?;
    }
    let count = i64::try_from(lines.len()).expect("a list in memory is counted by 63 bits");
    let (end, mut hash): (i64, String) =
        q("UPDATE audit_head SET seq = seq + $1 WHERE id = 1 RETURNING seq, hash")
            .bind(count)
            .one(&mut *tx)
            .await?;
    let mut seq = end - count;
    for chunk in lines.chunks(LINES_AT_ONCE) {
        let mut values = Vec::with_capacity(chunk.len() * WIDTH);
        for line in chunk {
            seq += 1;
            hash = line.hash(&hash, seq);
            values.extend(line.values(seq, &hash));
        }
        let rows: Vec<String> =
            (0..chunk.len()).map(|row| format!("({})", places(row * WIDTH + 1, WIDTH))).collect();
        q(format!("INSERT INTO audit ({COLUMNS}) VALUES {}", rows.join(", ")))
            .bind_all(values)
            .run(&mut *tx)
            .await?;
    }
    q("UPDATE audit_head SET hash = $1, at = $2 WHERE id = 1").bind(hash).bind(last.at).run(tx).await?;
    Ok(())
}

/// Takes the locks of PostgreSQL's foreign keys before the head. Otherwise there would be a deadlock: a
/// writer that holds the head would wait for a transaction that changes an agency's code, and that
/// transaction would wait for the head.
async fn share_named(tx: &mut Tx, lines: &[Line]) -> Result<(), sqlx::Error> {
    let named = |of: fn(&Line) -> &Option<String>| {
        let mut ids: Vec<String> = lines.iter().filter_map(|line| of(line).clone()).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    for (table, ids) in [("agency", named(|line| &line.agency_id)), ("person", named(|line| &line.person_id))]
    {
        for some in ids.chunks(BINDS_AT_MOST) {
            let _: Vec<(String,)> = q(format!(
                "SELECT id FROM {table} WHERE id IN ({}) ORDER BY id FOR KEY SHARE",
                places(1, some.len())
            ))
            .bind_all(some)
            .all(&mut *tx)
            .await?;
        }
    }
    Ok(())
}

/// Lines after a number, in order, at most `at_most` of them.
pub(super) async fn behind(on: impl Source, seq: i64, at_most: u32) -> Result<Vec<ChainedLine>, sqlx::Error> {
    q(format!("SELECT {COLUMNS} FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2"))
        .bind(seq)
        .bind(at_most)
        .all(on)
        .await
}

/// The number, hash and time of the last line.
pub(super) async fn head(on: impl Source) -> Result<(i64, String, i64), sqlx::Error> {
    q("SELECT seq, hash, at FROM audit_head WHERE id = 1").one(on).await
}

/// Lines without a place in the chain, from an instant on, oldest first, at most `at_most` of them. They are
/// read in the order of time: the unary `+` stops the databases from reading and sorting all remaining lines
/// each time.
pub(super) async fn unplaced(on: impl Source, from: i64, at_most: u32) -> Result<Vec<Line>, sqlx::Error> {
    q("SELECT id, at, person_id, who, agency_id, meeting_id, what, subject, before_json, after_json, audience, folded \
       FROM audit WHERE at >= $1 AND +seq IS NULL ORDER BY at, id LIMIT $2")
    .bind(from)
    .bind(at_most)
    .all(on)
    .await
}

/// Gives an older line its place in the chain.
pub(super) async fn place(tx: &mut Tx, line: &Line, seq: i64, hash: &str) -> Result<(), sqlx::Error> {
    q("UPDATE audit SET audience = $2, folded = $3, seq = $4, hash = $5 WHERE id = $1")
        .bind(&line.id)
        .bind(&line.audience)
        .bind(&line.folded)
        .bind(seq)
        .bind(hash)
        .run(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Line;

    fn line() -> Line {
        Line {
            id: "1".into(),
            at: 7,
            person_id: None,
            who: "Phiên".into(),
            agency_id: Some("a".into()),
            meeting_id: None,
            what: "rooms.add".into(),
            subject: "Phòng 1".into(),
            before_json: String::new(),
            after_json: "{}".into(),
            audience: "trail".into(),
            folded: "phien rooms.add".into(),
        }
    }

    #[test]
    fn the_hash_is_of_every_part_and_of_where_it_stands() {
        let hash = line().hash("1:ab", 3);
        let changes: [fn(&mut Line); 12] = [
            |line| line.id.push('x'),
            |line| line.at += 1,
            |line| line.person_id = Some(String::new()),
            |line| line.who.push('x'),
            |line| line.agency_id = None,
            |line| line.meeting_id = Some("m".into()),
            |line| line.what.push('x'),
            |line| line.subject.push('x'),
            |line| line.before_json.push('x'),
            |line| line.after_json.push('x'),
            |line| line.audience.push('x'),
            |line| line.folded.push('x'),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut other = line();
            change(&mut other);
            assert_ne!(other.hash("1:ab", 3), hash, "part {number}");
        }
        assert_ne!(line().hash("1:ac", 3), hash);
        assert_ne!(line().hash("1:ab", 4), hash);
    }

    #[test]
    fn what_moves_from_one_part_to_the_next_is_another_line() {
        let (mut one, mut other) = (line(), line());
        (one.what, one.subject) = ("ab".into(), "c".into());
        (other.what, other.subject) = ("a".into(), "bc".into());
        assert_ne!(one.hash("", 1), other.hash("", 1));
    }

    #[test]
    fn the_encoding_stays_as_it_was_when_lines_were_written_with_it() {
        assert_eq!(line().hash("", 1), "1:f4b30c98c82eb382015728f7fbb962c2cbfaec6d5057e2387d5d322ff190851d");
    }
}
