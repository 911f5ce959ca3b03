//! The papers of the demo: reports in the form of the offices, set as real PDFs, of as many pages as the agenda says.

use reports::{Block, Letter};

/// Sentences of reports; every paragraph takes a few in turn.
const SENTENCES: &[&str] = &[
    "Cơ quan đã ban hành kế hoạch, phân công rõ một đơn vị chủ trì đối với từng nhiệm vụ, gắn với thời hạn hoàn thành và sản phẩm cụ thể.",
    "Việc chuẩn bị tài liệu được thực hiện trên môi trường điện tử; tài liệu gửi trước ít nhất 03 ngày làm việc, tại hội nghị không đọc lại báo cáo.",
    "Công tác phối hợp giữa các sở, ngành và Ủy ban nhân dân các xã, phường có chuyển biến tích cực, nhất là trong giải quyết kiến nghị của cơ sở.",
    "Tỷ lệ hồ sơ thủ tục hành chính giải quyết đúng và trước hạn được duy trì ở mức cao; hồ sơ trực tuyến toàn trình tăng so với cùng kỳ.",
    "Hạ tầng, thiết bị tại một số xã vùng cao, biên giới chưa đồng bộ; việc phân công cán bộ kỹ thuật trực tại điểm cầu còn kiêm nhiệm.",
    "Một số thủ tục nội bộ giữa các cơ quan chậm được rà soát, cắt giảm; việc cập nhật số liệu có nơi còn chưa kịp thời.",
    "Trong thời gian tới, tiếp tục tổ chức hội nghị, cuộc họp theo hướng thiết thực, đúng thành phần, đúng thời lượng quy định.",
    "Tăng cường họp trực tuyến và kết hợp đến cấp xã, bảo đảm đường truyền thông suốt, có phương án dự phòng khi mất kết nối.",
    "Giao cơ quan chủ trì tổng hợp khó khăn, vướng mắc, đề xuất giải pháp và báo cáo kết quả theo đúng thời hạn.",
    "Kết quả kiểm tra, giám sát cho thấy kỷ luật, kỷ cương hành chính được nâng lên, tình trạng họp kéo dài giảm rõ rệt.",
];
const HEADINGS: &[&str] = &[
    "I. KẾT QUẢ ĐẠT ĐƯỢC",
    "1. Công tác chỉ đạo, điều hành",
    "2. Kết quả thực hiện các nhiệm vụ trọng tâm",
    "3. Công tác phối hợp",
    "II. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN",
    "1. Tồn tại, hạn chế",
    "2. Nguyên nhân",
    "III. NHIỆM VỤ, GIẢI PHÁP",
    "IV. ĐỀ XUẤT, KIẾN NGHỊ",
];

/// A report of an agency about something, of so many pages.
pub(super) fn report(
    agency: &str,
    sign: &str,
    kind: &str,
    about: &[&str],
    date: &str,
    pages: usize,
) -> Letter {
    let mut blocks = Vec::new();
    let mut next = 0;
    for page in 0..pages {
        if page > 0 {
            blocks.push(Block::NewPage);
        }
        let paragraphs = if page == 0 { 3 } else { 4 };
        for part in 0..2 {
            blocks.push(Block::Heading(HEADINGS[(page * 2 + part) % HEADINGS.len()].to_owned()));
            for _ in 0..paragraphs / 2 {
                let text: Vec<&str> = (0..3).map(|step| SENTENCES[(next + step) % SENTENCES.len()]).collect();
                next += 3;
                blocks.push(Block::Paragraph(text.join(" ")));
            }
        }
        if page % 5 == 1 {
            blocks.push(figures(page));
        }
    }
    // The text ends with a paragraph, so that "./." stands where it belongs.
    blocks.push(Block::Paragraph("Trên đây là báo cáo, trân trọng trình hội nghị xem xét".to_owned()));
    Letter {
        above: "UBND tỉnh Sơn La".to_owned(),
        agency: agency.to_owned(),
        number: format!("Số:          /{sign}"),
        place_and_date: format!("Sơn La, {date}"),
        kind: kind.to_owned(),
        about: about.iter().map(|line| (*line).to_owned()).collect(),
        blocks,
        recipients: Vec::new(),
        signer: String::new(),
    }
}

fn figures(page: usize) -> Block {
    let row = |name: &str, before: usize, after: usize| {
        vec![name.to_owned(), before.to_string(), after.to_string()]
    };
    Block::Table {
        header: ["Chỉ tiêu", "Năm trước", "Năm nay"].map(str::to_owned).to_vec(),
        rows: vec![
            row("Hội nghị, cuộc họp đã tổ chức", 140 + page * 3, 122 + page * 2),
            row("Trong đó: hội nghị", 24 + page, 21 + page),
            row("Tổ chức trực tuyến, kết hợp", 66 + page, 80 + page),
        ],
    }
}
