function Suspend-HvoLaunch {
    <#
    .SYNOPSIS
        Ends the launch as pending: throws an exception that carries the reason and the message.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('WaitingForGuestKey', 'WaitingForGuest', 'HostBusy')] [string] $Reason,
        [Parameter(Mandatory = $true)] [string] $Message,
        [Parameter()] [AllowNull()] [object] $GuestKey = $null
    )
    $exception = [System.Management.Automation.RuntimeException]::new($Message)
    $exception.Data['HvoPending'] = @{ Reason = $Reason; Message = $Message; GuestKey = $GuestKey }
    throw $exception
}
