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
    .PARAMETER Field
        With the code NotAsRequested: the field that Windows does not have as requested.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $State,
        [Parameter(Mandatory = $true)] [ValidateSet('applying', 'applied', 'failed')] [string] $Progress,
        [Parameter(Mandatory = $true)]
        [ValidateSet('Read', 'Hostname', 'Account', 'Network', 'DomainJoin', 'Done')] [string] $Step,
        [Parameter()] [ValidatePattern('\A[A-Za-z]{1,40}\z', Options = 'None')] [string] $Code = 'None',
        [Parameter()] [AllowEmptyString()] [string] $Field = ''
    )
    $format = '{{"vm":"{0}","run":"{1}","kid":"{2}","state":"{3}","step":"{4}","code":"{5}"}}'
    $value = $format -f $State.vm, $State.run, $State.kid, $Progress, $Step, $Code
    if ($Field) { $value = $value.Substring(0, $value.Length - 1) + ',"field":"' + $Field + '"}' }
    Set-HvoGuestKvpItem -Name 'ProvisioningState' -Value $value
}
