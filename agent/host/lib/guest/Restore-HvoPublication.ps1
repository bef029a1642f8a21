function Restore-HvoPublication {
    <#
    .SYNOPSIS
        Continues with the data that an earlier run published, if the journal of that run was lost.
    .DESCRIPTION
        Only for a VM that was found by its mark and was not in the journal. A state that its guest posts for this very VM
        shows that it has taken its data: this launch goes on from there, and the guest is not configured twice.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal = $Context.Journal
    if (-not $journal.taken_up -or $null -ne $journal.published -or [string]$Context.Vm.State -ne 'Running') { return }
    $posted = ConvertFrom-HvoGuestJson ([string](Read-HvoGuest -Context $Context).Raw['ProvisioningState'])
    $run, $kid = [string](Get-HvoProperty $posted 'run'), [string](Get-HvoProperty $posted 'kid')
    if ($run -cnotmatch '\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z' -or $kid -cnotmatch '\A[A-Za-z0-9_-]{1,100}\z') { return }
    $journal.published = [ordered]@{ run = $run; kid = $kid; sha256 = 'unknown' }
    if ($null -eq (Read-HvoGuest -Context $Context).Report) {
        $journal.published = $null
        return
    }
    Write-HvoLog -Message "The guest was given its data by run $run, whose journal was lost; this launch continues from there."
    foreach ($step in 'PreChecks', 'CopyImage', 'CopyProvisioningISO', 'RegisterVM') { $journal.steps[$step] = 'completed' }
    if ($null -eq $journal.started_at) { $journal.started_at = Get-HvoTimestamp }
    Save-HvoJournal -Context $Context
}
