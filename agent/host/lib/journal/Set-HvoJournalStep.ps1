function Set-HvoJournalStep {
    <#
    .SYNOPSIS
        Records the state of a step in the journal and saves it, except during an update: the machine stays complete.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Step,
        [Parameter(Mandatory = $true)] [ValidateSet('started', 'completed', 'failed')] [string] $State
    )
    if ($null -eq $Context.Journal -or $Context.SchemaId -eq 'vm-update') { return }
    $Context.Journal.step = $Step
    $Context.Journal.steps[$Step] = $State
    Save-HvoJournal -Context $Context
}
