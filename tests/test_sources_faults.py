"""Which test proves which fault of the catalogue; a fault without a test fails here.

Rows are those of the catalogue "OSM content" (36–60) and "Network" (61–69) as far as reading map data can meet
them; gates and islands (49–51), extents that end early (57) and parallel edges (60) are met when the network and
the study are built.
"""

from __future__ import annotations

import importlib

import pytest

FILES, RULES, LAYERS, LIVE, SNAPSHOT = (
    f"test_sources_{name}" for name in ("files", "rules", "layers", "live", "snapshot")
)
FAULTS: dict[int, tuple[str, list[tuple[str, str]]]] = {
    36: ("not OSM, truncated, misnamed, vector tile", [
        (FILES, "test_what_is_no_osm_data_is_named"), (FILES, "test_truncated_files"),
        (FILES, "test_packed_and_misnamed_files_are_told_by_content"),
        (FILES, "test_mutated_files_give_our_error_or_a_closed_account"),
        (FILES, "test_pbf_with_more_elements_than_its_size_can_hold")]),
    37: ("entity bomb, external entity", [(FILES, "test_entity_bomb_and_external_entity_are_refused")]),
    38: ("gz and bz2 bombs", [(FILES, "test_compression_bombs_are_refused")]),
    39: ("way with missing nodes", [(FILES, "test_way_with_missing_nodes_is_used_in_parts"), (FILES, "test_helsinki")]),
    40: ("node without a place", [
        (FILES, "test_node_without_a_place"), (FILES, "test_vertex_without_a_place_in_overpass_geometry")]),
    41: ("deleted elements", [(FILES, "test_deleted_elements_are_skipped")]),
    42: ("several versions", [(FILES, "test_newest_version_counts")]),
    43: ("degenerate ways", [(FILES, "test_degenerate_ways_are_dropped_and_counted")]),
    44: ("nothing to walk on", [
        (FILES, "test_no_walkable_street_is_told"), (FILES, "test_what_is_no_osm_data_is_named")]),
    45: ("who may walk", [(RULES, "test_walk"), (RULES, "test_the_table_has_some_eighty_cases")]),
    46: ("one-way for walkers", [(RULES, "test_oneway_for_walkers")]),
    47: ("crossing without meeting", [
        (FILES, "test_the_town_is_read_right"), (FILES, "test_equal_places_meet_except_on_different_layers"),
        (FILES, "test_a_bridge_cut_in_two_above_a_street_does_not_land_there")]),
    48: ("footbridges and indoor ways", [
        (FILES, "test_a_bridge_meets_the_street_it_ends_on"), (RULES, "test_level"), (RULES, "test_walk")]),
    52: ("plazas", [(FILES, "test_plaza_gives_its_rim_to_walk_on")]),
    53: ("invalid building polygons", [
        (FILES, "test_bow_tie_building_is_repaired_and_listed"), (FILES, "test_unclosed_and_repeated_buildings"),
        (FILES, "test_broken_ring_and_missing_member_are_told"),
        (LAYERS, "test_bad_rows_are_told_and_the_account_closes")]),
    54: ("levels and heights", [
        (RULES, "test_levels"), (RULES, "test_height"),
        (FILES, "test_unbelievable_levels_and_heights_are_missing_and_listed")]),
    55: ("the same thing mapped twice", [(FILES, "test_outline_and_its_relation_are_one_building")]),
    56: ("hostile names and tags", [(FILES, "test_giant_tag_is_cut"), (FILES, "test_the_town_is_read_right")]),
    58: ("date of the data", [(FILES, "test_one_dataset_five_ways"), (LIVE, "test_live_equals_file")]),
    59: ("antimeridian, place not found or not the only one", [
        (LIVE, "test_impossible_extents"), (LIVE, "test_place_not_found"),
        (LIVE, "test_several_places_of_one_name_are_listed")]),
    61: ("429 and 504", [
        (LIVE, "test_passing_trouble_is_tried_again"), (LIVE, "test_a_long_wait_asked_for_ends_at_once"),
        (LIVE, "test_kept_answers_serve_when_the_network_fails")]),
    62: ("200 with a remark", [(LIVE, "test_lasting_trouble_ends_in_one_clear_error")]),
    63: ("empty answer", [(LIVE, "test_empty_and_partial_answers_are_not_kept")]),
    64: ("captive portal", [(LIVE, "test_lasting_trouble_ends_in_one_clear_error")]),
    65: ("truncated, reset, no server", [
        (LIVE, "test_passing_trouble_is_tried_again"), (LIVE, "test_no_server_at_all"),
        (LIVE, "test_kept_answers_serve_when_the_network_fails")]),
    66: ("offline", [(LIVE, "test_offline_opens_no_socket"), (LIVE, "test_from_a_file_opens_no_socket")]),
    67: ("unfit cache", [
        (LIVE, "test_unfit_kept_answers_are_fetched_again"), (SNAPSHOT, "test_torn_and_foreign_files_are_refused")]),
    68: ("too large, too slow", [(LIVE, "test_byte_cap"), (LIVE, "test_slow_loris_ends_at_the_wall")]),
    69: ("two at once", [
        (LIVE, "test_two_processes_keeping_the_same_answers"),
        (SNAPSHOT, "test_two_writers_at_once_leave_one_whole_snapshot")]),
}  # fmt: skip
ELSEWHERE = {49, 50, 51, 57, 60}


def test_every_fault_has_its_row():
    assert set(FAULTS) | ELSEWHERE == set(range(36, 70))


@pytest.mark.parametrize("row", FAULTS)
def test_every_fault_has_a_test(row):
    for module, name in FAULTS[row][1]:
        assert callable(getattr(importlib.import_module(module), name, None)), f"{module}::{name}"
