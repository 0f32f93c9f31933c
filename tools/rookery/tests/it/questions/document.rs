//! The statements of a document in Markdown, with what stands between them.

const BEGINS: &str = "```sql\n";
const ENDS: &str = "```\n";

pub(super) enum Block<'a> {
    /// Stays as it is; a statement stands in the text before its answer, too.
    Text(&'a str),
    Statement {
        sql: &'a str,
        /// A table stands right behind it.
        has_answer: bool,
        /// The file of the picture that follows, before anything else is asked.
        picture: Option<&'a str>,
    },
}

/// The tables of answers are left out.
pub(super) fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = document;
    while let Some(begin) = rest.find(BEGINS).map(|at| at + BEGINS.len()) {
        let length = rest[begin..].find(ENDS).expect("a statement has an end");
        let sql = &rest[begin..begin + length];
        let end = begin + length + ENDS.len();
        let has_answer = rest[end..].starts_with("\n|");
        let (before, behind) = rest.split_at(if has_answer { end + 1 } else { end });
        let table: usize =
            behind.split_inclusive('\n').take_while(|line| line.starts_with('|')).map(str::len).sum();
        rest = &behind[table..];
        let until_next = rest.split(BEGINS).next().unwrap_or_default();
        let picture =
            until_next.split_once("![").and_then(|(_, image)| image.split_once("](")?.1.split_once(')'));
        let picture = picture.map(|(name, _)| name);
        blocks.extend([Block::Text(before), Block::Statement { sql, has_answer, picture }]);
    }
    blocks.push(Block::Text(rest));
    blocks
}

#[test]
fn a_statement_a_table_and_a_picture_are_told_apart() {
    let document = "# A\n```sql\nselect 1\n```\n\n| a |\n|---:|\n| 1 |\n\n![One](b.svg)\n\n```sql\nselect 2\n```\nEnd.\n";
    let said: Vec<_> = blocks(document)
        .iter()
        .map(|block| match block {
            Block::Text(text) => (*text).to_owned(),
            Block::Statement { sql, has_answer, picture } => format!("{sql}{has_answer} {picture:?}"),
        })
        .collect();
    assert_eq!(
        said,
        [
            "# A\n```sql\nselect 1\n```\n\n",
            "select 1\ntrue Some(\"b.svg\")",
            "\n![One](b.svg)\n\n```sql\nselect 2\n```\n",
            "select 2\nfalse None",
            "End.\n"
        ]
    );
}
