function New-HvoStepFailure {
    <#
    .SYNOPSIS
    Makes the exception with which a step ends in a way that has a code of its own.
    .PARAMETER Code
    A code of the closed list.
    .PARAMETER Transient
    Waiting may help: the step is tried again for a while.
    .OUTPUTS
    System.InvalidOperationException with the code, and whether it is transient, in its Data.
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
    $failure
}
