function Assert-HvoNotSuperseded {
    <#
    .SYNOPSIS
        Refuses a launch that is older than the machine's journal, or that another cluster's machine is filed under.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal, $run = $Context.Journal, $Context.Run
    if ($null -eq $journal) { return }
    if ($journal.cluster_uid -and $journal.cluster_uid -cne $run.cluster_uid) {
        Stop-HvoLaunch -Code NotOwned -Message ("The machine's folder belongs to the Kubernetes cluster $($journal.cluster_uid), not " +
            "to $($run.cluster_uid). Was this cluster restored from that one's backup? Delete the resource in one of them.")
    }
    if ($run.generation -lt $journal.generation -or $run.attempt -le $journal.attempt) {
        Stop-HvoLaunch -Code Superseded -Message ("Launch $($run.attempt) of generation $($run.generation) comes after launch " +
            "$($journal.attempt) of generation $($journal.generation) and does nothing.")
    }
}
