"""The rates that are tried side by side."""

from core.search.learning_rate_sweep import sweep_rates


def test_rates_rise_and_hold_the_forms_own() -> None:
    for rate in (1e-6, 0.001, 0.1, 3.0, 100.0):
        rates = sweep_rates(rate)
        assert len(rates) == 8
        assert rates == sorted(set(rates)), "none twice"
        assert all(1e-6 <= r <= 100 for r in rates)
    assert 0.1 in sweep_rates(0.1)
