function Set-HvoRegistryValue {
    <#
    .SYNOPSIS
        Writes a string value of HKEY_LOCAL_MACHINE. The key is created if it does not exist.
    .PARAMETER Path
        Key below HKEY_LOCAL_MACHINE.
    .PARAMETER Name
        Name of the value.
    .PARAMETER Value
        The new content.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Value
    )
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $base.CreateSubKey($Path)
        try {
            $key.SetValue($Name, $Value, [Microsoft.Win32.RegistryValueKind]::String)
        } finally {
            $key.Dispose()
        }
    } finally {
        $base.Dispose()
    }
}
