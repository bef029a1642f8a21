function Test-HvoStepKept {
    <#
    .SYNOPSIS
        Returns whether what a finished step has set is still as requested, so that the step need not be repeated.
    .PARAMETER Step
        The step.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.Boolean. What cannot be read yet counts as not kept: the repeated step looks again for a while.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Step,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    if ($Step -ceq 'Account') { return $true }
    try {
        return -not (Find-HvoDifference -Step $Step -Context $Context -State $State -Fields $Fields)
    } catch {
        return $false
    }
}
