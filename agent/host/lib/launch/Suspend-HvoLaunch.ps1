function Suspend-HvoLaunch {
    <#
    .SYNOPSIS
        Ends the launch with a pending outcome: throws an exception that carries it.
    #>
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('WaitingForGuestKey', 'WaitingForGuest', 'HostBusy')] [string] $Reason,
        [Parameter(Mandatory = $true)] [string] $Message,
        [AllowNull()] [object] $GuestKey = $null
    )
    $exception = New-Object System.Management.Automation.RuntimeException $Message
    $exception.Data['HvoPending'] = @{ Reason = $Reason; Message = $Message; GuestKey = $GuestKey }
    throw $exception
}
