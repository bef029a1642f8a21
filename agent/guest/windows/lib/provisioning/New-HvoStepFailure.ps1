function New-HvoStepFailure {
    <#
    .SYNOPSIS
        Returns an exception for a failure that has a code.
    .PARAMETER Code
        A code of the closed list.
    .PARAMETER Field
        With NotAsRequested: the field that Windows does not have as requested.
    .PARAMETER Transient
        Whether waiting may help, so that the step is retried for a while.
    .OUTPUTS
        System.InvalidOperationException with HvoCode, HvoField and HvoTransient in its Data.
    #>
    [CmdletBinding()]
    [OutputType([System.InvalidOperationException])]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('Internal', 'UnsupportedProtocol', 'WrongFamily', 'InvalidData', 'KeyLost', 'HostnameNotSet',
            'AccountRefused', 'PasswordRefused', 'NetworkFailed', 'NoInterface', 'AddressMissing', 'AddressInUse',
            'DomainJoinFailed', 'LogonFailure', 'AccessDenied',
            'DomainUnreachable', 'OuNotFound', 'ComputerExists', 'JoinQuotaExceeded', 'OtherDomain', 'TimeSkew',
            'RestartFailed', 'NotAsRequested')]
        [string] $Code,
        [Parameter()] [string] $Field = '',
        [Parameter()] [switch] $Transient
    )
    $failure = [System.InvalidOperationException]::new("The guest failed with $Code.")
    $failure.Data['HvoCode'] = $Code
    $failure.Data['HvoField'] = $Field
    $failure.Data['HvoTransient'] = [bool]$Transient
    return $failure
}
