function Get-HvoReportWord {
    <#
    .SYNOPSIS
        Returns the words that a report may have: those of the agent's own sentences, and of Windows' enumerations.
    .OUTPUTS
        Strings.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $words = @'
a all allowed an and are as at automatic be both by can changed check cloned cluster clustering components copied data denied
device differencing disk does enabled entries error errors excludes exclusions exist external failed failover family feature file files
folder found free from full has host host's hvo if ignored image images in inside installed is it items kind known largest left
lines linux listed listener logon looked MB machines made may missing mode more name named network no node nobody none not of off
on one only other others out outside own owner parent path port preference preflight read real-time registered report reported
role running same scanning scans scope seconds see services several shared should size space standard
start started state states stopped stops storage such
switch switches system that the there this time to type uses version virtual VMs volume volumes was were which whole windows with
without word its also look any needs else The Asking for check module these those adapters answers asking GB many
Microsoft Defender Hyper-V PowerShell WinRM FullLanguage ConstrainedLanguage RestrictedLanguage NoLanguage
Running Stopped StopPending StartPending Auto Manual Disabled Off Paused Saved Starting Stopping Saving Pausing Resuming Reset
OffCritical RunningCritical PausedCritical SavedCritical Other
RemoteSigned AllSigned Unrestricted Bypass Restricted Undefined Default MachinePolicy UserPolicy Process CurrentUser LocalMachine scopes
HTTP HTTPS NTFS ReFS CSVFS FAT32 VHDX VHD Fixed Dynamic Differencing External Internal Private Untagged Access Trunk
MaxShellsPerUser MaxMemoryPerShellMB MaxProcessesPerShell MaxConcurrentOperationsPerUser
SYSTEM Administrators Users Everyone INTERACTIVE NETWORK Authenticated CREATOR OWNER
Drive File Network True False batch interactive service remote -ErrorAction Stop .vhd .vhdx category
NotSpecified OpenError CloseError DeviceError DeadlockDetected InvalidArgument InvalidData InvalidOperation InvalidResult InvalidType
MetadataError NotImplemented NotInstalled ObjectNotFound OperationStopped OperationTimeout SyntaxError PermissionDenied ResourceBusy
ResourceExists ResourceUnavailable ReadError WriteError SecurityError ProtocolError ConnectionError AuthenticationError LimitsExceeded
RuntimeException CimException VirtualizationException UnauthorizedAccessException IOException FileNotFoundException
DirectoryNotFoundException PlatformNotSupportedException CommandNotFoundException ParameterBindingException MethodInvocationException
InvalidOperationException PSSecurityException ArgumentException NullReferenceException PropertyNotFoundException
'@
    return @($words -split '\s+' | Where-Object { $_ })
}
