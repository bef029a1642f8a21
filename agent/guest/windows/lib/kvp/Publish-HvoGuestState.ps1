function Publish-HvoGuestState {
    <#
    .SYNOPSIS
        Publishes the progress of the configuration to the host. It contains no free text, because that could repeat a
        password.
    .PARAMETER State
        The state, as Get-HvoGuestState returns it.
    .PARAMETER Progress
        applying, applied or failed.
    .PARAMETER Step
        The current step.
    .PARAMETER Code
        Why the step failed, or None.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $State,
        [Parameter(Mandatory = $true)] [ValidateSet('applying', 'applied', 'failed')] [string] $Progress,
        [Parameter(Mandatory = $true)]
        [ValidateSet('Read', 'Hostname', 'Account', 'Network', 'DomainJoin', 'Done')] [string] $Step,
        [Parameter()] [ValidatePattern('\A[A-Za-z]{1,40}\z', Options = 'None')] [string] $Code = 'None'
    )
    $format = '{{"vm":"{0}","run":"{1}","kid":"{2}","state":"{3}","step":"{4}","code":"{5}"}}'
    $value = $format -f $State.vm, $State.run, $State.kid, $Progress, $Step, $Code
    Set-HvoGuestKvpItem -Name 'ProvisioningState' -Value $value
}
