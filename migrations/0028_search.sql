-- What papers are found by: their folded titles. The program fills it at its first start.
ALTER TABLE paper ADD COLUMN folded TEXT NOT NULL DEFAULT '';

-- Short forms of the offices, which search takes for their meaning and the other way round. The system administrator edits
-- them.
CREATE TABLE short_form (
    short TEXT PRIMARY KEY,
    meaning TEXT NOT NULL
);
INSERT INTO short_form (short, meaning) VALUES
    ('ANTT', 'an ninh trật tự'),
    ('ATGT', 'an toàn giao thông'),
    ('BCĐ', 'ban chỉ đạo'),
    ('CCHC', 'cải cách hành chính'),
    ('CĐS', 'chuyển đổi số'),
    ('CNTT', 'công nghệ thông tin'),
    ('DVC', 'dịch vụ công'),
    ('ĐTC', 'đầu tư công'),
    ('GPMB', 'giải phóng mặt bằng'),
    ('HĐND', 'hội đồng nhân dân'),
    ('KTXH', 'kinh tế xã hội'),
    ('MTTQ', 'mặt trận tổ quốc'),
    ('NSNN', 'ngân sách nhà nước'),
    ('NTM', 'nông thôn mới'),
    ('PCCC', 'phòng cháy chữa cháy'),
    ('PCTT', 'phòng chống thiên tai'),
    ('QLNN', 'quản lý nhà nước'),
    ('TTHC', 'thủ tục hành chính'),
    ('TTPVHCC', 'trung tâm phục vụ hành chính công'),
    ('UBND', 'ủy ban nhân dân'),
    ('VBQPPL', 'văn bản quy phạm pháp luật');
