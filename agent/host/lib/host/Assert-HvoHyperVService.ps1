function Assert-HvoHyperVService {
    <#
    .SYNOPSIS
        Ends the launch if Hyper-V's management service does not answer, or if the account may not ask it.
    .DESCRIPTION
        Called after Hyper-V has found nothing or has failed: both also happen where the service is stopped or a right is missing.
        Fails with AccessDenied or HyperVUnavailable.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Failures
    )
    foreach ($failure in $Failures) {
        if (Test-HvoErrorDenied $failure) {
            Stop-HvoLaunch -Code AccessDenied -Message "Hyper-V refuses the account of this session: $(Format-HvoError $failure)."
        }
    }
    $why = ''
    try {
        $found = @(Get-CimInstance -Namespace 'root\virtualization\v2' -ClassName 'Msvm_VirtualSystemManagementService' -ErrorAction Stop)
        if ($found.Count) { return }
    } catch {
        $why = " $(Format-HvoError $_)."
        if (Test-HvoErrorDenied $_) {
            Stop-HvoLaunch -Code AccessDenied -Message "Hyper-V's WMI namespace refuses the account of this session:$why"
        }
    }
    $state = Get-HvoServiceState -Name 'vmms'
    if ($state -eq 'Running' -and -not $why) {
        Stop-HvoLaunch -Code AccessDenied -Message ('Hyper-V shows the account of this session nothing, not even its management ' +
            'service, which is running.')
    }
    Stop-HvoLaunch -Code HyperVUnavailable -Message ("Hyper-V's management service does not answer on this host. The service vmms " +
        "is $(if ($state) { $state } else { 'not visible to this account' }).$why")
}
