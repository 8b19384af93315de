// Fetches one batch of runs, each run in a task of its own, then verifies all files and reports.
// The work is worker.py's, which stands beside this file: https with resume, several connections, MD5 sums.
nextflow.enable.dsl = 2

params.spec = "${projectDir}/spec.json"
params.data = "${projectDir}/data"

process fetchRun {
    tag "$run"
    errorStrategy { task.attempt <= 3 ? 'retry' : 'finish' }
    maxRetries 3

    input:
    val run

    output:
    val run

    script:
    """
    python3 ${projectDir}/worker.py fetch ${params.spec} ${params.data} ${run}
    """
}

process writeManifest {
    input:
    val runs

    output:
    val true

    script:
    """
    python3 ${projectDir}/worker.py manifest ${params.spec} ${params.data}
    """
}

process tellHome {
    cache false

    input:
    val isWritten

    script:
    """
    python3 ${projectDir}/worker.py report ${params.spec} ${params.data}
    """
}

workflow {
    spec = new groovy.json.JsonSlurper().parse(new File(params.spec))
    runs = Channel.fromList(spec.files.collect { file -> file[0] }.unique())
    fetchRun(runs)
    writeManifest(fetchRun.out.collect())
    tellHome(writeManifest.out)
}
