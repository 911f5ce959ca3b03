//! An official letter as data: what NĐ 30/2020/NĐ-CP says it consists of. Knows no measure and no typeface.

/// A letter. Number and date may stay blank for the clerk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// The agency above, in capitals by rule; empty for none.
    pub above: String,
    /// The agency that writes.
    pub agency: String,
    /// Number and sign, such as `Số:       /BC-SNV`.
    pub number: String,
    /// Place and date, in italics.
    pub place_and_date: String,
    /// Type of document, such as `BÁO CÁO`; in capitals.
    pub kind: String,
    /// What it is about, line by line.
    pub about: Vec<String>,
    /// The text.
    pub blocks: Vec<Block>,
    /// Who it goes to, line by line; empty leaves the part out.
    pub recipients: Vec<String>,
    /// The signer's position, in capitals; empty leaves the signature out.
    pub signer: String,
}

/// A part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading, bold.
    Heading(String),
    /// A paragraph, justified, first line indented.
    Paragraph(String),
    /// A table with a header row; cells are centred but for the first column.
    Table {
        /// Header cells.
        header: Vec<String>,
        /// Rows, as many cells each as the header.
        rows: Vec<Vec<String>>,
    },
    /// What follows begins on a new page.
    NewPage,
}
