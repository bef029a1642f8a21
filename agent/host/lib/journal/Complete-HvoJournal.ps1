function Complete-HvoJournal {
    <#
    .SYNOPSIS
        Notes in the journal how the launch ended. That it cannot be written does not change how it ended.
    #>
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [ValidateSet('pending', 'completed', 'failed')] [string] $State,
        [AllowNull()] [object] $Reason,
        [AllowNull()] [object] $Code = $null
    )
    if ($null -eq $Context.Journal) { return }
    $Context.Journal.state = $State
    $Context.Journal.reason = $Reason
    $Context.Journal.code = $Code
    try { Save-HvoJournal $Context }
    catch { Write-HvoLog "The journal $($Context.JournalPath) could not be written: $($_.Exception.Message)" }
}
