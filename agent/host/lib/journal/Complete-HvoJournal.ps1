function Complete-HvoJournal {
    <#
    .SYNOPSIS
        Records in the journal how the launch ended. A failure to write it is only logged.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [ValidateSet('pending', 'completed', 'failed')] [string] $State,
        [Parameter()] [AllowNull()] [object] $Reason,
        [Parameter()] [AllowNull()] [object] $Code = $null
    )
    if ($null -eq $Context.Journal) { return }
    $Context.Journal.state = $State
    $Context.Journal.reason = $Reason
    $Context.Journal.code = $Code
    try {
        Save-HvoJournal -Context $Context
    } catch {
        Write-HvoLog -Message "The journal $($Context.JournalPath) could not be written: $($_.Exception.Message)"
    }
}
