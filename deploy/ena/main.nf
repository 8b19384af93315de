// Fetches one batch of runs, each run in a task of its own, then verifies all files and reports.
// The work is that of worker.pyz, which stands beside this file: https with resume, several connections, MD5 sums.

params.spec = "${projectDir}/spec.json"
params.data = "${projectDir}/data"

process fetchRun {
    tag "${run}"
    errorStrategy { task.attempt <= 3 ? 'retry' : 'finish' }
    maxRetries 3

    input:
    val run

    output:
    val run

    script:
    """
    python3 ${projectDir}/worker.pyz fetch ${params.spec} ${params.data} ${run}
    """
}

process writeManifest {
    cache false // a machine that lost its power reads its files again

    input:
    val runs

    output:
    val true

    script:
    """
    python3 ${projectDir}/worker.pyz manifest ${params.spec} ${params.data}
    """
}

process tellHome {
    cache false

    input:
    val isWritten

    script:
    """
    python3 ${projectDir}/worker.pyz report ${params.spec} ${params.data}
    """
}

workflow {
    spec = new groovy.json.JsonSlurper().parseText(file(params.spec).text)
    runs = channel.fromList(spec.files.collect { each -> each[0] }.unique())
    fetchRun(runs)
    writeManifest(fetchRun.out.collect())
    tellHome(writeManifest.out)
}
