import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.documents.sample_report import sample_data_map, sample_policy, sample_population, sample_report

from bequest.documents.report import charts, sankey
from bequest.documents.report.balance import field_table
from bequest.documents.report.reasons import grounds, reasons_by_column
from bequest.documents.report.smallcells import K, guard_small
from bequest.documents.report.views import flow_picture, sign_rows
from bequest.model.case import Event
from bequest.model.disposition import Release, Residue
from bequest.model.plan import ColumnTotal

FLOWS = st.lists(
    st.builds(
        sankey.Flow,
        st.sampled_from(["crm", "orders", "loyalty", "tickets", "weblog"]),
        st.sampled_from(list(Release)),
        st.sampled_from(list(Residue)),
        st.integers(1, 10_000_000),
    ),
    min_size=1,
    max_size=40,
)


@given(FLOWS)
def test_the_flow_picture_conserves_values_in_every_node_and_column(flows: list[sankey.Flow]) -> None:
    picture = sankey.lay_out(flows)
    total = sum(f.values for f in flows)
    for column in range(3):
        assert sum(n.values for n in picture.nodes if n.column == column) == total
    for node in picture.nodes:
        arriving = [x for x in picture.links if (x.column + 1, x.end) == (node.column, node.key)]
        leaving = [x for x in picture.links if (x.column, x.start) == (node.column, node.key)]
        for links in (arriving if node.column else None, leaving if node.column < 2 else None):
            if links is not None:
                assert sum(x.values for x in links) == node.values
                assert sum(x.thickness for x in links) == pytest.approx(node.height)


@given(FLOWS)
def test_bands_tile_their_nodes_without_overlap_and_nodes_keep_their_gap(flows: list[sankey.Flow]) -> None:
    picture = sankey.lay_out(flows)
    for column in range(3):
        nodes = sorted((n for n in picture.nodes if n.column == column), key=lambda n: n.y)
        for above, below in itertools.pairwise(nodes):
            assert below.y - (above.y + above.height) >= sankey.MIN_GAP - 1e-6
    for node in picture.nodes:
        bands = sorted(
            [(x.y0, x.thickness) for x in picture.links if (x.column, x.start) == (node.column, node.key)]
            or [(x.y1, x.thickness) for x in picture.links if (x.column + 1, x.end) == (node.column, node.key)]
        )
        edge = node.y
        for y, thickness in bands:
            assert y == pytest.approx(edge, abs=1e-6)
            edge = y + thickness
        assert edge == pytest.approx(node.y + node.height, abs=1e-6)


def test_the_picture_of_a_case_holds_every_counted_value() -> None:
    report = sample_report()
    picture = flow_picture(report)
    assert picture is not None
    assert report.population is not None
    assert picture.total == sum(t.values for t in report.population.totals)


def test_many_sources_make_the_picture_taller_instead_of_crowding_it() -> None:
    flows = [sankey.Flow(f"s{i}", Release.NONE, Residue.IN_USE, 1) for i in range(60)]
    assert sankey.lay_out(flows).height > 60 * sankey.MIN_GAP
    assert sankey.lay_out([]).total == 0


def test_the_field_table_adds_up_from_columns_to_the_whole_case() -> None:
    population = sample_population()
    table = field_table(population)
    assert table.ties
    assert table.n_columns == len(population.totals)
    assert table.sums.total == sum(t.values for t in population.totals)
    for axis in ("release", "residue"):
        for outcome in getattr(table.sums, axis):
            by_column = sum(getattr(c.sums, axis)[outcome] for s in table.systems for t in s.tables for c in t.columns)
            assert getattr(table.sums, axis)[outcome] == by_column


def test_differences_that_cancel_out_in_the_total_are_still_found() -> None:
    population = sample_population()
    first, second, *rest = population.totals
    moved = replace(
        population, totals=(replace(first, values=first.values + 5), replace(second, values=second.values - 5), *rest)
    )
    table = field_table(moved)
    assert table.sums.ties
    assert table.unbalanced == 2
    assert not table.ties


def test_a_column_counted_at_the_source_but_never_decided_does_not_tie() -> None:
    population = sample_population()
    more = replace(population, totals=(*population.totals, ColumnTotal("crm", "customers", "new_column", 7)))
    table = field_table(more)
    assert (table.unbalanced, table.sums.release_gap, table.sums.residue_gap) == (1, 7, 7)


@given(st.lists(st.tuples(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 60)), max_size=12))
def test_no_count_below_ten_is_printed_or_follows_from_the_total(counts: list[tuple[str, int]]) -> None:
    guarded = guard_small(counts)
    assert [g.code for g in guarded] == [c for c, _ in counts]
    hidden = [n for g, (_, n) in zip(guarded, counts, strict=True) if g.persons is None]
    assert all(g.persons is None or g.persons == 0 or g.persons >= K for g in guarded)
    if hidden and any(g.persons for g in guarded):
        assert len(hidden) >= 2
        assert sum(hidden) >= K


def test_a_lone_small_count_takes_the_next_one_with_it() -> None:
    assert [g.persons for g in guard_small([("a", 500), ("b", 3), ("c", 40)])] == [500, None, None]


def test_bar_segments_fill_the_bar_in_proportion() -> None:
    segments = charts.stacked_bar([("same", 300), ("none", 0), ("till", 100)])
    assert [s.css for s in segments] == ["same", "till"]
    assert segments[0].width == pytest.approx(3 * segments[1].width)
    assert segments[-1].x + segments[-1].width == pytest.approx(charts.BAR_WIDTH)
    assert segments[1].lines
    assert charts.stacked_bar([("same", 0)]) == ()


def test_costs_and_benefits_are_drawn_on_one_scale_from_one_zero() -> None:
    bars = charts.cost_bars([("a", 300, 100, 200, False), ("b", -50, 0, 100, True)], room=400.0)
    assert [(b.avoided, b.margin, b.cost) for b in bars] == [(300.0, 100.0, 200.0), (0.0, 0.0, 100.0)]
    assert bars[1].strong
    assert bars[0].y < bars[1].y
    assert charts.cost_bars([("a", 0, 0, 0, False)])[0].cost == 0


def test_custody_stands_on_a_true_scale_of_time() -> None:
    line = charts.custody_timeline([("2027-12", 10), ("2036-12", 40), ("2027-12", 5)], date(2026, 12, 31))
    assert [(c.month, c.value) for c in line.columns] == [("2027-12", 15), ("2036-12", 40)]
    years = {label: x for x, label in line.ticks}
    assert years["2028"] - years["2027"] == pytest.approx(years["2037"] - years["2036"])
    assert years["2027"] < line.columns[0].x < years["2028"]
    assert line.columns[1].height == pytest.approx(line.columns[0].height * 40 / 15)
    assert charts.column_width(line) <= 14


def test_labels_of_neighbouring_months_do_not_run_into_each_other() -> None:
    months = [(f"2027-{m:02d}", 1000 + m) for m in range(1, 7)] + [("2057-12", 9)]
    line = charts.custody_timeline(months, date(2026, 12, 31))
    labelled = [c for c in line.columns if c.text]
    assert 0 < len(labelled) < len(line.columns)
    assert all(c.height >= 0 for c in line.columns)


def test_a_column_is_explained_by_the_chains_of_the_pairs_it_has() -> None:
    population = sample_population()
    why = reasons_by_column(sample_policy(), sample_data_map(), population)
    name = why["crm", "customers", "name"]
    occurring = {
        (c.release, c.residue)
        for c in population.counts
        if (c.source, c.table, c.column) == ("crm", "customers", "name")
    }
    assert {(c.release, c.residue) for c in name.chains} == occurring
    assert (name.chains[-1].release, name.chains[-1].residue) == (Release.NONE, Residue.IN_USE)
    assert name.articles == ("PIPL-22", "PIPL-47")
    numbered = grounds(why.values())
    assert sorted(numbered.numbers.values()) == list(range(1, len(numbered.chains) + 1))
    assert all(numbered.of(w) for w in why.values())


def test_an_approval_over_another_policy_is_void() -> None:
    report = sample_report()
    assert report.policy is not None
    other = replace(report, policy=replace(report.policy, tolerance_percent=9))
    assert [s.void for s in sign_rows(report)] == [False] * 6
    assert [s.void for s in sign_rows(other)] == [True] * 6
    assert sign_rows(replace(report, approvals=()))[0].approval is None


def test_a_share_deal_has_one_pair_only() -> None:
    table = field_table(sample_population(Event.E2))
    assert table.ties
    assert table.sums.release[Release.NONE] == table.sums.residue[Residue.IN_USE] == table.sums.total
