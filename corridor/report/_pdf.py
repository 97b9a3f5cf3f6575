"""HTML to PDF through WeasyPrint, where it is installed."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from corridor.errors import Notice, Text

_FONTS = (
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
)


def convert(html: str, lang: str) -> tuple[bytes | None, tuple[Notice, ...]]:
    """Return the PDF, or None with a notice that says what is missing and how to get it.

    A notice also comes when none of the known Chinese fonts is installed and the report is Chinese.
    """
    try:
        from weasyprint import HTML
    except ImportError:
        return None, (_unavailable("未安装WeasyPrint", "WeasyPrint is not installed"),)
    except OSError:  # installed, but the Pango library of the system is not found
        return None, (_unavailable("系统缺少Pango库", "the system lacks the Pango library"),)
    with _quiet():
        content: bytes = HTML(string=html).write_pdf()
    return content, _font_notices() if lang == "zh" else ()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep WeasyPrint from listing every rule of the style sheet that only browsers know."""
    logger = logging.getLogger("weasyprint")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _unavailable(zh: str, en: str) -> Notice:
    return Notice(
        "report.pdf.unavailable",
        "W",
        Text(f"未生成PDF：{zh}。", f"No PDF was made: {en}."),
        Text(
            '在项目文件夹中运行 python -m pip install -c constraints.txt -e ".[pdf]"（Windows另需Pango）；'
            "或在浏览器中打开HTML后打印为PDF。",
            'In the project\'s folder, run python -m pip install -c constraints.txt -e ".[pdf]" (on Windows also Pango), '
            "or print the HTML to PDF.",
        ),
    )


def _font_notices() -> tuple[Notice, ...]:
    from matplotlib import font_manager

    if {font.name for font in font_manager.fontManager.ttflist} & set(_FONTS):
        return ()
    return (
        Notice(
            "report.pdf.fonts",
            "W",
            Text(
                "未找到中文字体，PDF中的汉字可能显示为方框。",
                "No Chinese font was found; Chinese text in the PDF may show as boxes.",
            ),
            Text("安装思源黑体（Noto Sans CJK SC）后重试。", "Install Noto Sans CJK SC and run again."),
        ),
    )
