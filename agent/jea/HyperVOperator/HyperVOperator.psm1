Set-StrictMode -Version Latest
foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, 'functions'), '*.ps1')) {
    . $file
}
Export-ModuleMember -Function 'Invoke-HvoJob'
