function Test-HvoStepDone {
    <#
    .SYNOPSIS
        Returns whether a step is completed in the journal.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [string] $Step
    )
    return (Get-HvoProperty $Context.Journal.steps $Step) -eq 'completed'
}
