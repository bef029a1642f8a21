function Set-HvoJournalStep {
    <#
    .SYNOPSIS
        Notes the state of a step in the journal and saves it. Steps of an update are not noted: they do not undo that the
        machine is complete.
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
