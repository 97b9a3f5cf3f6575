"""The bundled study 定西路: a seeded schematic town around real street positions.

::

    facts     the facts file, and the plane the town is drawn on (metres east and north)
    shapes    geometry without knowledge of towns
    town      what the town holds: streets, buildings, walls, gates, places
    streets   main streets where they are, continued and filled with lanes
    parcels   blocks, and the parcels they are split into
    compounds walls, gates and inner paths
    fill      buildings on a parcel, one function for each kind of parcel
    places    shops, services, stops and stations
    footways  footways and light of the streets, as tags
    hours     when places are open
    roadside  trees, benches, public toilets, bus shelters
    english   English names
    records   the district's tables: carriers, stations, firms, events
    osmfile   the town as .osm.pbf

Same seed, same bytes: every random choice comes from a generator named after its place (`shapes.dice`),
so a change in one block leaves the others as they are.
"""
