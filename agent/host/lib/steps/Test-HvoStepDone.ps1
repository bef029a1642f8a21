function Test-HvoStepDone {
    <#
    .SYNOPSIS
        Tells whether the journal has a step as completed.
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
