from grt_platform.systems.lustre.logic.kernels import finding, groups, lines, lots, sums
from grt_platform.systems.lustre.logic.warm import warm_up
from grt_platform_tests.systems.lustre.logic.dumps import Run, line, packed


def test_after_the_warm_up_a_dump_needs_no_compiling():
    warm_up()
    kernels = [lines.read_columns, sums.add_rows, sums.roll_up, lots.deal, groups.add_groups, finding.find_paths]
    before = [len(kernel.signatures) for kernel in kernels]
    Run(packed([line(b"/lustre/scratch114/projects/P/x.bam"), line(b"/a", "d")]))
    assert [len(kernel.signatures) for kernel in kernels] == before == [1] * len(kernels)
