function Test-HvoWindows {
    <#
    .SYNOPSIS
        Tells whether paths here are those of Windows. ($IsWindows does not exist in Windows PowerShell.)
    #>
    return [System.IO.Path]::DirectorySeparatorChar -eq '\'
}
