"""Daily safety-risk judgement and commitment (安全风险研判与承诺公告)."""
