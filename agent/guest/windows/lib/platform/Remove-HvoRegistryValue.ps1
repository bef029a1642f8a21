function Remove-HvoRegistryValue {
    <#
    .SYNOPSIS
        Deletes a value of HKEY_LOCAL_MACHINE, if it exists.
    .PARAMETER Path
        Key below HKEY_LOCAL_MACHINE.
    .PARAMETER Name
        Name of the value.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try {
        $key = $base.OpenSubKey($Path, $true)
        if ($null -eq $key) { return }
        try {
            $key.DeleteValue($Name, $false)
        } finally {
            $key.Dispose()
        }
    } finally {
        $base.Dispose()
    }
}
