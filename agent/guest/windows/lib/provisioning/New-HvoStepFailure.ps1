function New-HvoStepFailure {
    <#
    .SYNOPSIS
        Returns an exception for a failure that has a code.
    .PARAMETER Code
        A code of the closed list.
    .PARAMETER Transient
        Whether waiting may help, so that the step is retried for a while.
    .OUTPUTS
        System.InvalidOperationException with HvoCode and HvoTransient in its Data.
    #>
    [CmdletBinding()]
    [OutputType([System.InvalidOperationException])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('Internal', 'UnsupportedProtocol', 'WrongFamily', 'InvalidData', 'KeyLost', 'HostnameNotSet',
            'AccountRefused', 'PasswordRefused', 'NetworkFailed', 'NoInterface', 'AddressMissing', 'AddressInUse',
            'DomainJoinFailed', 'LogonFailure', 'AccessDenied',
            'DomainUnreachable', 'OuNotFound', 'ComputerExists', 'JoinQuotaExceeded', 'OtherDomain', 'TimeSkew',
            'RestartFailed')]
        [string] $Code,
        [Parameter()] [switch] $Transient
    )
    $failure = [System.InvalidOperationException]::new("The guest failed with $Code.")
    $failure.Data['HvoCode'] = $Code
    $failure.Data['HvoTransient'] = [bool]$Transient
    return $failure
}
