function New-HvoJoinFailure {
    <#
    .SYNOPSIS
        Returns the failure for an error of Add-Computer, and logs the error number.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER ErrorRecord
        The error that Add-Computer has thrown.
    .OUTPUTS
        System.InvalidOperationException, as New-HvoStepFailure returns it.
    #>
    [CmdletBinding()]
    [OutputType([System.InvalidOperationException])]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [System.Management.Automation.ErrorRecord] $ErrorRecord
    )
    $codes = @{
        1326 = 'LogonFailure' # wrong user name or password
        1327 = 'LogonFailure' # account restriction
        1328 = 'LogonFailure' # not at this time
        1330 = 'LogonFailure' # password expired
        1331 = 'LogonFailure' # account disabled
        1793 = 'LogonFailure' # account expired
        1907 = 'LogonFailure' # password must be changed
        1909 = 'LogonFailure' # account locked out
        5 = 'AccessDenied'
        1355 = 'DomainUnreachable' # no such domain, or no contact with it
        1311 = 'DomainUnreachable' # no logon servers
        1722 = 'DomainUnreachable' # RPC server unavailable
        53 = 'DomainUnreachable' # network path not found
        64 = 'DomainUnreachable' # network name gone
        1231 = 'DomainUnreachable' # network unreachable
        9002 = 'DomainUnreachable' # DNS server failure
        9003 = 'DomainUnreachable' # DNS name does not exist
        2 = 'OuNotFound'
        8240 = 'OuNotFound' # no such object on the server
        2224 = 'ComputerExists'
        2732 = 'ComputerExists' # re-use of the account blocked by policy
        8557 = 'JoinQuotaExceeded'
        2691 = 'OtherDomain' # already joined
        1398 = 'TimeSkew'
    }
    $number = Get-HvoWin32ErrorNumber -Message $ErrorRecord.Exception.Message -Number @($codes.Keys)
    $code = 'DomainJoinFailed'
    if ($number -ne 0) { $code = $codes[$number] }
    Write-HvoGuestLog -Context $Context -Name JoinFailed -Detail $code -Number $number
    # The clock of a new VM may be set only after it has started. Neither of the two counts as a wrong password.
    return New-HvoStepFailure -Code $code -Transient:(@('DomainUnreachable', 'TimeSkew') -ccontains $code)
}
