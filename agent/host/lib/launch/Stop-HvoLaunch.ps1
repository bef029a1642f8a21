function Stop-HvoLaunch {
    <#
    .SYNOPSIS
        Ends the launch with a failed outcome: throws an exception that carries it.
    .DESCRIPTION
        Message says what happened, why, and what to do. Summary and Details become the diagnosis. What is retryable goes
        by the code where it is not given: codes that only a changed resource, host or agent can clear are not.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('InvalidDefinition', 'SchemaMismatch', 'Superseded', 'HostBusy', 'ImageNotFound', 'InsufficientSpace',
            'InsufficientMemory', 'SwitchNotFound', 'PathNotAllowed', 'AccessDenied', 'VmMissing', 'IdentityConflict',
            'NameInUse', 'NotOwned', 'IsoMissing', 'CopyFailed', 'RegisterFailed', 'StartFailed', 'GuestTimeout',
            'GuestKeyInvalid', 'GuestFailed', 'PublishFailed', 'ClusterFailed', 'RemoveFailed', 'Internal')]
        [string] $Code,
        [Parameter(Mandatory = $true)] [string] $Message,
        [Parameter()] [string] $Summary = '',
        [Parameter()] [System.Collections.IDictionary] $Details = @{},
        [Parameter()] [AllowNull()] [object] $Retryable = $null
    )
    $final = 'InvalidDefinition', 'SchemaMismatch', 'PathNotAllowed', 'VmMissing', 'IdentityConflict', 'NotOwned', 'GuestFailed'
    if ($null -eq $Retryable) { $Retryable = $final -notcontains $Code }
    $exception = [System.Management.Automation.RuntimeException]::new($Message)
    $exception.Data['HvoFailure'] = @{
        Code = $Code; Message = $Message; Retryable = [bool]$Retryable; Summary = $Summary; Details = $Details
    }
    throw $exception
}
